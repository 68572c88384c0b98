import { createFileRoute } from '@tanstack/react-router';
import { buildersQuery, edgesQuery, leakLooksQuery, leaksQuery, nodesQuery, queueQuery } from '@/api/queries/platform';
import { OverviewPage } from '@/features/platform/overview-page';

export const Route = createFileRoute('/platform/')({
  loader: ({ context: { queryClient } }) =>
    Promise.all([
      queryClient.ensureQueryData(nodesQuery()),
      queryClient.ensureQueryData(buildersQuery()),
      queryClient.ensureQueryData(edgesQuery()),
      queryClient.ensureQueryData(queueQuery()),
      queryClient.ensureQueryData(leaksQuery()),
      queryClient.ensureQueryData(leakLooksQuery()),
    ]),
  component: OverviewPage,
});
