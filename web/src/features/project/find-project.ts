import type { QueryClient } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { projectBySlugQuery } from '@/api/queries/projects';

/**
 * findProject returns the project that has a slug now, if there is one. What is known is taken as long as nothing has put it out of date; that there is
 * none is asked for again each time, as a project may have been made since.
 */
export async function findProject(queryClient: QueryClient, organisationId: string, slug: string): Promise<Schemas['Project'] | undefined> {
  const query = projectBySlugQuery(organisationId, slug);
  const known = await queryClient.fetchQuery({ ...query, staleTime: Number.POSITIVE_INFINITY });
  if (known.items?.[0]) return known.items[0];

  return (await queryClient.fetchQuery({ ...query, staleTime: 0 })).items?.[0];
}
