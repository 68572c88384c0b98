import { createFileRoute, Outlet } from '@tanstack/react-router';
import { ApiProblem } from '@/api/problem';
import { requireSession } from '@/features/session/require-session';
import { Shell } from '@/features/shell/shell';

export const Route = createFileRoute('/platform')({
  beforeLoad: async ({ context, location }) => {
    const session = await requireSession(context.queryClient, location.href);
    if (!session.user.operator) {
      throw new ApiProblem(403, 'These pages are for operators of this platform. Another operator can make you one.');
    }
    return { session };
  },
  component: Platform,
});

function Platform() {
  return (
    <Shell>
      <Outlet />
    </Shell>
  );
}
