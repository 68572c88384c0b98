import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { newestDeploymentsQuery } from '@/api/queries/deployments';
import { projectQuery } from '@/api/queries/projects';
import { buttonClass } from '@/components/button';
import { Card } from '@/components/card';
import { Page } from '@/components/page';
import { DeploymentList } from '@/features/deployment/deployment-list';
import { TrafficCard } from '@/features/metrics/traffic-card';
import { DeployButton } from '@/features/project/deploy-button';
import { EnvironmentCard } from '@/features/project/environment-card';
import { EventCard } from '@/features/project/event-card';
import { LiveCard } from '@/features/project/live-card';
import { ProjectNotices } from '@/features/project/project-notices';

const shown = 5;

export const Route = createFileRoute('/o/$org/projects/$project/')({
  loader: ({ context }) => context.queryClient.ensureQueryData(newestDeploymentsQuery(context.projectId, shown)),
  component: Overview,
});

function Overview() {
  const { organisation, projectId } = Route.useRouteContext();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const { data: newest } = useQuery(newestDeploymentsQuery(projectId, shown));
  const deployments = newest?.items ?? [];

  return (
    <Page title="Overview" actions={<DeployButton organisation={organisation} project={project} />}>
      <ProjectNotices organisation={organisation} project={project} />
      <LiveCard organisation={organisation.slug} project={project} />
      {project.live_deployment_id && <TrafficCard organisation={organisation.slug} project={project} />}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Card
          title="Newest deployments"
          flush={deployments.length > 0}
          actions={
            <Link
              to="/o/$org/projects/$project/deployments"
              params={{ org: organisation.slug, project: project.slug }}
              className={buttonClass('quiet', 'small')}
            >
              All deployments
            </Link>
          }
        >
          {deployments.length > 0 ? (
            <DeploymentList organisation={organisation.slug} project={project.slug} deployments={deployments} />
          ) : (
            <p className="text-quiet">None yet. A push to {project.branch ?? 'the default branch'} makes one, and so does Deploy.</p>
          )}
        </Card>
        <div className="space-y-4">
          <EnvironmentCard project={project} role={organisation.role} />
          <EventCard projectId={projectId} />
        </div>
      </div>
    </Page>
  );
}
