import { createFileRoute } from '@tanstack/react-router';
import { buildersQuery } from '@/api/queries/platform';
import { BuildersPage } from '@/features/platform/builders-page';

export const Route = createFileRoute('/platform/builders')({
  loader: ({ context }) => context.queryClient.ensureQueryData(buildersQuery()),
  component: BuildersPage,
});
