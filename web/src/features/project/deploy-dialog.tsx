import { useNavigate } from '@tanstack/react-router';
import { $api, type Schemas } from '@/api/client';
import { Confirm } from '@/components/confirm';

type Props = { open: boolean; onOpenChange: (open: boolean) => void; organisation: Schemas['Organisation']; project: Schemas['Project'] };

/** DeployDialog says what deploying the newest commit of a project's branch does, does it, and leads to the deployment. */
export function DeployDialog({ open, onOpenChange, organisation, project }: Props) {
  const navigate = useNavigate();
  const create = $api.useMutation('post', '/v1/projects/{project_id}/deployments');

  const deploy = async () => {
    const deployment = await create.mutateAsync({ params: { path: { project_id: project.id } }, body: {} });
    // A form with unsaved changes may keep the page: the dialog does not wait for that.
    void navigate({
      to: '/o/$org/projects/$project/deployments/$deploymentId',
      params: { org: organisation.slug, project: project.slug, deploymentId: deployment.id },
    });
  };

  return (
    <Confirm open={open} onOpenChange={onOpenChange} title="Deploy the newest commit?" action="Deploy" onConfirm={deploy}>
      The newest commit of {project.branch ?? 'the default branch'} is built. When it is healthy it takes over production, without a lost
      request; what is live now stays until then.{project.pinned_by && ' The pin of production ends.'}
    </Confirm>
  );
}
