import { CircleAlert, WifiOff } from 'lucide-react';
import { isFinal } from '@/api/problem';
import { Button } from '@/components/button';
import type { MergedView } from './merged-log';

/** ListProblems says what is wrong with what is shown: a connection that is away, or entries that could not be read. */
export function ListProblems({ view, onRetry }: { view: MergedView; onRetry: () => void }) {
  const { problem, followProblem, following } = view;

  return (
    <div role="status" className="text-sm empty:hidden">
      {problem && (
        <p className="flex items-center gap-2 border-line border-t bg-bad-page px-3 py-1.5 text-soft">
          <CircleAlert aria-hidden className="size-4 shrink-0 text-bad" />
          <span className="wrap-anywhere min-w-0 flex-1">{problem.errors[0]?.message ?? problem.message}</span>
          {problem.status !== 422 && (
            <Button size="small" look="quiet" onClick={onRetry}>
              Try again
            </Button>
          )}
        </p>
      )}
      {following === 'lost' && followProblem && followProblem.status !== 422 && (
        <p className="flex gap-2 border-line border-t bg-warn-page px-3 py-1.5 text-soft">
          <WifiOff aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
          <span>
            The connection that brings new entries was lost.{' '}
            {isFinal(followProblem)
              ? 'The platform refused to go on with it: load the page again once that has changed. '
              : 'It goes on where it was, without a gap, once the platform answers. '}
            {followProblem.status > 0 && followProblem.message}
          </span>
        </p>
      )}
    </div>
  );
}
