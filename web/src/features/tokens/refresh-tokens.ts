import type { QueryClient } from '@tanstack/react-query';

/** refreshTokens fetches all lists of tokens again. */
export async function refreshTokens(queryClient: QueryClient): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['get', '/v1/tokens'] }),
    queryClient.invalidateQueries({ queryKey: ['get', '/v1/organisations/{organisation_id}/tokens'] }),
  ]);
}
