import { createFileRoute } from '@tanstack/react-router';
import { deploymentPagesQuery } from '@/api/queries/deployments';
import { environmentsQuery } from '@/api/queries/projects';
import { type Chosen, DeploymentsPage } from '@/features/deployment/deployments-page';
import { oneOf, textOf } from '@/lib/search';

const states = ['deploying', 'live', 'failed', 'cancelled', 'superseded', 'retired', 'queued'] as const;

export const Route = createFileRoute('/o/$org/projects/$project/deployments/')({
  validateSearch: (given: Record<string, unknown>): Chosen => ({
    state: oneOf(given.state, states),
    environment: textOf(given.environment),
    text: textOf(given.text),
  }),
  loader: ({ context: { queryClient, projectId } }) =>
    Promise.all([
      queryClient.ensureInfiniteQueryData(deploymentPagesQuery(projectId, {})),
      queryClient.ensureQueryData(environmentsQuery(projectId)),
    ]),
  component: Deployments,
});

function Deployments() {
  const { organisation, projectId } = Route.useRouteContext();
  const { project } = Route.useParams();
  const navigate = Route.useNavigate();

  return (
    <DeploymentsPage
      organisation={organisation.slug}
      project={project}
      projectId={projectId}
      chosen={Route.useSearch()}
      onChoose={(next) => void navigate({ search: next, replace: true })}
    />
  );
}
