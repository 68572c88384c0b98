import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { asProblem } from '@/api/problem';
import { newQueryClient } from '@/api/query-client';
import { NotFound } from '@/components/not-found';
import { PageProblem } from '@/components/page-problem';
import { PageSkeleton } from '@/components/skeleton';
import { ToastProvider } from '@/components/toast';
import { keepPageOnDrop } from '@/lib/keep-page';
import { routeTree } from './routeTree.gen';
import './styles.css';

const queryClient = newQueryClient();

const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingMinMs: 200,
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: PageProblem,
  defaultNotFoundComponent: () => <NotFound />,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

keepPageOnDrop();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id "root"');

createRoot(root, {
  // A page shows what the platform refuses; anything else is a fault of the dashboard.
  onCaughtError: (error) => {
    if (asProblem(error).isOfPage) reportError(error);
  },
}).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <ToastProvider>
          <RouterProvider router={router} />
        </ToastProvider>
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
