import { createFileRoute } from '@tanstack/react-router';
import { usersQuery } from '@/api/queries/platform';
import { UsersPage } from '@/features/platform/users-page';

export const Route = createFileRoute('/platform/users')({
  loader: ({ context }) => context.queryClient.ensureQueryData(usersQuery()),
  component: UsersPage,
});
