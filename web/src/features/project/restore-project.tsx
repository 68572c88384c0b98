import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { Confirm } from '@/components/confirm';
import { Field, Input } from '@/components/field';
import { useToast } from '@/components/toast';

type Props = { organisation: Schemas['Organisation']; project: Schemas['DeletedProject'] | undefined; onClose: () => void };

/** RestoreProject says what comes back with a deleted project, and restores it: under another slug where another project has its own by now. */
export function RestoreProject({ organisation, project, onClose }: Props) {
  const [slug, setSlug] = useState<string>();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const { mutateAsync } = $api.useMutation('post', '/v1/projects/{deleted_project_id}/restore');

  const restore = async (deleted: Schemas['DeletedProject']) => {
    const restored = await mutateAsync({
      params: { path: { deleted_project_id: deleted.id } },
      body: deleted.slug_taken ? { slug: (slug ?? another(deleted)).trim() } : {},
    });
    await queryClient.invalidateQueries({ queryKey: ['get', '/v1/projects'] });
    await queryClient.invalidateQueries({ queryKey: ['get', '/v1/deleted-projects'] });
    await navigate({ to: '/o/$org/projects/$project', params: { org: organisation.slug, project: restored.project.slug } });
    toast(outcome(restored));
  };

  return (
    <Confirm
      open={project !== undefined}
      onOpenChange={() => {
        setSlug(undefined);
        onClose();
      }}
      title={`Restore ${project?.slug ?? ''}?`}
      action="Restore the project"
      onConfirm={async () => project && restore(project)}
    >
      <p>
        Its settings, variables, domains and previews are back at once. What was live is deployed again from its image, without a build, and
        answers where it did{project?.slug_taken && ', but for its generated domains'}.
      </p>
      {project?.slug_taken && (
        <div className="mt-4">
          <Field
            label="Another name in addresses"
            hint={`Another project is called ${project.slug} by now. Custom domains stay as they are; the generated ones get this name.`}
          >
            <Input
              value={slug ?? another(project)}
              onChange={(event) => setSlug(event.target.value)}
              autoComplete="off"
              spellCheck={false}
              mono
            />
          </Field>
        </div>
      )}
    </Confirm>
  );
}

/** another is a slug that the project may get in the place of its own. */
function another({ slug }: Schemas['DeletedProject']): string {
  return `${slug.slice(0, 36)}-old`;
}

function outcome({ project, deployments, lost_domains }: Schemas['RestoredProject']): string {
  const lost =
    lost_domains.length > 0 ? ` Another project has proven ${lost_domains.join(', ')} meanwhile: prove it again to have it back.` : '';
  if (deployments.length === 0) return `${project.slug} is back. Nothing was live when it was deleted.${lost}`;
  return `${project.slug} is back, and serves again as soon as it is healthy.${lost}`;
}
