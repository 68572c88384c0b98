import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { projectQuery } from '@/api/queries/projects';
import { MetricsPage } from '@/features/metrics/metrics-page';
import type { Chosen } from '@/features/metrics/ranges';
import { idOf, numberOf, oneOf, textOf } from '@/lib/search';

const ranges = ['1h', '6h', '24h', '7d', '30d'] as const;

// A time beyond this one of the year 2223, in seconds since 1970, is none that was meant.
const latest = 8_000_000_000;

export const Route = createFileRoute('/o/$org/projects/$project/metrics')({
  validateSearch: (given: Record<string, unknown>): Chosen => ({
    range: oneOf(given.range, ranges),
    from: numberOf(given.from, latest),
    to: numberOf(given.to, latest),
    environment: textOf(given.environment),
    deployment: idOf(given.deployment),
  }),
  component: Metrics,
});

function Metrics() {
  const { organisation, projectId } = Route.useRouteContext();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const navigate = Route.useNavigate();
  const chosen = Route.useSearch();

  return (
    <MetricsPage
      organisation={organisation.slug}
      project={project}
      chosen={chosen}
      // Going back in the browser leaves what is shown larger; filters alone are no places of their own.
      onChoose={(next) => void navigate({ search: next, replace: next.from === chosen.from, resetScroll: false })}
    />
  );
}
