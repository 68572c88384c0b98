import type { QueryClient } from '@tanstack/react-query';
import { pendingChangesQuery } from '@/api/queries/projects';
import { variablesQuery } from '@/api/queries/variables';

/** refreshVariables fetches a project's variables again, and what of them is not live. */
export async function refreshVariables(queryClient: QueryClient, projectId: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries(variablesQuery(projectId)),
    queryClient.invalidateQueries(pendingChangesQuery(projectId)),
  ]);
}
