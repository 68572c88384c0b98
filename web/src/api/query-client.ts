import { QueryClient } from '@tanstack/react-query';
import { asProblem } from './problem';

const attempts = 3;

/** isWorthRetrying tells whether the same request may succeed soon. */
export function isWorthRetrying(failures: number, error: unknown): boolean {
  const { status } = asProblem(error);
  return failures < attempts && (status === 0 || status === 429 || status >= 500);
}

/** retryDelay is how long to wait before the next attempt, in milliseconds. */
export function retryDelay(failures: number, error: unknown): number {
  const { retryAfter } = asProblem(error);
  return retryAfter > 0 ? Math.min(retryAfter, 30) * 1000 : Math.min(500 * 2 ** failures, 8000);
}

/** newQueryClient returns the cache of what /v1 has answered. Streams say what is out of date; coming back to the tab asks again, too. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: isWorthRetrying, retryDelay, staleTime: 5_000, gcTime: 10 * 60_000, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}
