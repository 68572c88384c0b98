import type { UseQueryResult } from '@tanstack/react-query';
import { asProblem } from '@/api/problem';
import { Notice } from '@/components/notice';
import { Time } from '@/components/time';

type Asked = Pick<UseQueryResult<unknown, unknown>, 'error' | 'data' | 'dataUpdatedAt'>;

/** Outdated says that what a page shows is from before, where the platform no longer answers one of its queries. */
export function Outdated({ queries }: { queries: Asked[] }) {
  const failed = queries.filter((query) => query.error && query.data !== undefined);
  const oldest = failed.toSorted((a, b) => a.dataUpdatedAt - b.dataUpdatedAt)[0];
  if (!oldest) return null;

  return (
    <Notice tone="warn" live title="What you see is from before">
      {asProblem(oldest.error).message} The last answer came <Time at={new Date(oldest.dataUpdatedAt).toISOString()} />.
    </Notice>
  );
}
