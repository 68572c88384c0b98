import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { PageProblem } from '@/components/page-problem';
import { Skeleton } from '@/components/skeleton';

type Props<T> = {
  query: UseQueryResult<{ items: T[]; next_cursor?: string }, unknown>;
  /** what names the items, as in "Loading VMs". */
  what: string;
  empty: ReactNode;
  children: (items: T[]) => ReactNode;
};

/** ListAnswer shows a list in whatever state its query is: not there yet, refused, empty, or longer than one answer. */
export function ListAnswer<T>({ query, what, empty, children }: Props<T>) {
  if (!query.data) {
    if (query.isError) return <PageProblem error={query.error as Error} reset={() => void query.refetch()} />;
    return (
      <div role="status" className="space-y-3 p-5">
        <p className="text-quiet text-sm">Loading {what}…</p>
        <Skeleton className="h-8 w-full" />
        <Skeleton className="h-8 w-full" />
      </div>
    );
  }

  const { items, next_cursor: more } = query.data;
  if (items.length === 0) return empty;

  return (
    <>
      {children(items)}
      {more && (
        <p className="border-line border-t px-4 py-3 text-quiet text-sm sm:px-5">The first {items.length} are shown: there are more.</p>
      )}
    </>
  );
}
