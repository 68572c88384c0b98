import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { projectSearchQuery } from '@/api/queries/projects';
import { projectPlaces } from '@/features/shell/places';
import { useSettled } from '@/lib/use-settled';
import { fold, wordsOf } from './match';

const pageWords = wordsOf(projectPlaces.map(({ name }) => name).join(' '));

/** searchOf is what the platform is asked for of what was typed: words that begin the name of a page are about the page, unless there are no others. */
export function searchOf(query: string): string {
  const typed = query.split(/[\s›/]+/u).filter(Boolean);
  const others = typed.filter((word) => !pageWords.some((page) => page.startsWith(fold(word))));
  return (others.length > 0 ? others : typed).join(' ').slice(0, 200);
}

/** useFoundProjects asks the platform for the user's projects that fit what was typed, in all organisations: there may be more than were fetched. */
export function useFoundProjects(query: string): { projects: Schemas['Project'][]; isSearching: boolean; failed: boolean } {
  const wanted = searchOf(query);
  const search = useSettled(wanted);
  const { data, isFetching, isError } = useQuery({
    ...projectSearchQuery(search),
    enabled: search !== '',
    placeholderData: keepPreviousData,
  });

  return {
    projects: wanted === '' ? [] : (data?.items ?? []),
    isSearching: wanted !== '' && (isFetching || wanted !== search),
    failed: wanted !== '' && isError,
  };
}
