import { createFileRoute } from '@tanstack/react-router';
import { nodesQuery } from '@/api/queries/platform';
import { NodesPage } from '@/features/platform/nodes-page';

export const Route = createFileRoute('/platform/nodes/')({
  validateSearch: ({ add }): { add?: true } => (add === true ? { add } : {}),
  loader: ({ context }) => context.queryClient.ensureQueryData(nodesQuery()),
  component: NodesPage,
});
