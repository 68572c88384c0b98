import { createFileRoute } from '@tanstack/react-router';
import { leaksQuery } from '@/api/queries/platform';
import { LeaksPage } from '@/features/platform/leaks-page';

export const Route = createFileRoute('/platform/leaks')({
  loader: ({ context }) => context.queryClient.ensureQueryData(leaksQuery()),
  component: LeaksPage,
});
