import { asProblem } from '@/api/problem';
import { Button } from './button';

type Props = {
  /** pages are a list that is fetched a page at a time. */
  pages: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: unknown;
    fetchNextPage: () => unknown;
  };
};

/** ShowMore stands below a list that goes on, and fetches its next page. It says why that failed, and tries again. */
export function ShowMore({ pages }: Props) {
  if (!pages.hasNextPage) return null;

  return (
    <div className="flex flex-col items-center gap-2 p-3">
      {pages.isFetchNextPageError && (
        <p role="alert" className="text-center text-bad">
          {asProblem(pages.error).message}
        </p>
      )}
      <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        {pages.isFetchNextPageError ? 'Try again' : 'Show more'}
      </Button>
    </div>
  );
}
