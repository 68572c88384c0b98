import { createFileRoute, Link, useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import { environmentsQuery } from '@/api/queries/projects';
import type { Entry } from '@/features/runtime-log/entry';
import type { Chosen } from '@/features/runtime-log/filters';
import { linkSearch } from '@/features/runtime-log/link-search';
import { LogsPage } from '@/features/runtime-log/logs-page';
import { idOf, matchOf, numberOf, oneOf, textOf, timeOf } from '@/lib/search';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'none'] as const;
const status = /^[1-9]([0-9]{2}|xx)$/;

export const Route = createFileRoute('/o/$org/projects/$project/logs')({
  validateSearch: (given: Record<string, unknown>): Chosen => ({
    show: oneOf(given.show, ['app', 'requests']),
    q: textOf(given.q),
    level: oneOf(given.level, levels),
    stream: oneOf(given.stream, ['stdout', 'stderr', 'system']),
    status: matchOf(given.status, status),
    method: textOf(given.method),
    instance: idOf(given.instance),
    environment: textOf(given.environment),
    deployment: idOf(given.deployment),
    range: oneOf(given.range, ['15m', '1h', '6h', '24h', '7d']),
    from: timeOf(given.from),
    to: timeOf(given.to),
    line: numberOf(given.line, Number.MAX_SAFE_INTEGER),
    request: idOf(given.request),
  }),
  loader: ({ context: { queryClient, projectId } }) => queryClient.ensureQueryData(environmentsQuery(projectId)),
  component: Logs,
});

function Logs() {
  const { projectId } = Route.useRouteContext();
  const { org, project } = Route.useParams();
  const navigate = Route.useNavigate();
  const router = useRouter();

  const onChoose = useCallback(
    (change: Chosen) =>
      void navigate({ search: (before) => ({ ...before, request: undefined, ...change }), replace: true, resetScroll: false }),
    [navigate],
  );
  const linkTo = useCallback(
    (entry: Entry) => {
      const { href } = router.buildLocation({ to: '/o/$org/projects/$project/logs', params: { org, project }, search: linkSearch(entry) });
      return window.location.origin + href;
    },
    [router, org, project],
  );
  const deploymentLink = useCallback(
    (deploymentId: string) => (
      <Link to="/o/$org/projects/$project/deployments/$deploymentId" params={{ org, project, deploymentId }} className="font-mono text-xs">
        {deploymentId.slice(-12)}
      </Link>
    ),
    [org, project],
  );

  return <LogsPage projectId={projectId} chosen={Route.useSearch()} onChoose={onChoose} linkTo={linkTo} deploymentLink={deploymentLink} />;
}
