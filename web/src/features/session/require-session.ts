import type { QueryClient } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { sessionQuery } from '@/api/queries/session';

/** requireSession returns who is signed in. A browser that is not is sent to sign in, and comes back to `path` afterwards. */
export async function requireSession(queryClient: QueryClient, path: string): Promise<Schemas['CurrentSession']> {
  try {
    return await queryClient.ensureQueryData({ ...sessionQuery(), staleTime: 60_000 });
  } catch (error) {
    if (asProblem(error).status !== 401) throw error;
    window.location.assign(`/sign-in?${new URLSearchParams({ return_to: path })}`);
    // The browser leaves this page: nothing more is drawn on it.
    return new Promise(() => undefined);
  }
}
