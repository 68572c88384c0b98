import { createFileRoute } from '@tanstack/react-router';
import { edgesQuery } from '@/api/queries/platform';
import { EdgesPage } from '@/features/platform/edges-page';

export const Route = createFileRoute('/platform/edges/')({
  validateSearch: ({ add }): { add?: true } => (add === true ? { add } : {}),
  loader: ({ context }) => context.queryClient.ensureQueryData(edgesQuery()),
  component: EdgesPage,
});
