import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute, notFound } from '@tanstack/react-router';
import { deploymentQuery } from '@/api/queries/deployments';
import { projectQuery } from '@/api/queries/projects';
import { NotFound } from '@/components/not-found';
import { Page } from '@/components/page';
import { Text } from '@/components/text';
import { BuildLog } from '@/features/deployment/build-log';
import { DeploymentActions } from '@/features/deployment/deployment-actions';
import { DeploymentFacts } from '@/features/deployment/deployment-facts';
import { DeploymentFailure } from '@/features/deployment/deployment-failure';
import { DeploymentInstances } from '@/features/deployment/deployment-instances';
import { DeploymentPlan } from '@/features/deployment/deployment-plan';
import { DeploymentState } from '@/features/deployment/deployment-state';
import { DeploymentTimeline } from '@/features/deployment/deployment-timeline';
import { useDeployment } from '@/features/deployment/use-deployment';
import { HeldNotice } from '@/features/project/held-notice';

export const Route = createFileRoute('/o/$org/projects/$project/deployments/$deploymentId')({
  loader: async ({ context, params }) => {
    const deployment = await context.queryClient.ensureQueryData(deploymentQuery(params.deploymentId));
    if (deployment.project_id !== context.projectId) throw notFound();
  },
  component: Deployment,
  notFoundComponent: () => <NotFound>This project has no such deployment.</NotFound>,
});

function Deployment() {
  const { organisation, projectId } = Route.useRouteContext();
  const params = Route.useParams();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const deployment = useDeployment(params.deploymentId);
  const subject = deployment.commit_message?.trim().split('\n')[0];

  return (
    <Page
      tab={subject?.slice(0, 80) || 'Deployment'}
      title={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="line-clamp-2 min-w-0">
            <Text text={subject} empty={`Deployment ${params.deploymentId.slice(-8)}`} />
          </span>
          <DeploymentState state={deployment.state} />
        </span>
      }
      actions={<DeploymentActions key={deployment.id} deployment={deployment} params={params} />}
    >
      <HeldNotice deployment={deployment} role={organisation.role} />
      <DeploymentFailure deployment={deployment} />
      <DeploymentFacts deployment={deployment} />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_20rem] lg:grid-rows-[auto_1fr]">
        <div className="min-w-0 lg:col-start-2">
          <DeploymentTimeline deployment={deployment} hasReleaseCommand={Boolean(project.release_command)} />
        </div>
        <div className="min-w-0 lg:col-start-1 lg:row-span-2 lg:row-start-1">
          <BuildLog key={deployment.id} deployment={deployment} />
        </div>
        <div className="min-w-0 space-y-4 lg:col-start-2">
          <DeploymentInstances instances={deployment.vms ?? []} />
          {deployment.build_plan && <DeploymentPlan plan={deployment.build_plan} />}
        </div>
      </div>
    </Page>
  );
}
