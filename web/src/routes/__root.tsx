import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, Outlet } from '@tanstack/react-router';
import { NotFound } from '@/components/not-found';
import { PageProblem } from '@/components/page-problem';
import { SessionEnded } from '@/features/session/session-ended';
import { ConnectionBar } from '@/features/shell/connection-bar';

export const Route = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Root,
  errorComponent: PageProblem,
  notFoundComponent: () => <NotFound />,
});

function Root() {
  return (
    <>
      <ConnectionBar />
      <Outlet />
      <SessionEnded />
    </>
  );
}
