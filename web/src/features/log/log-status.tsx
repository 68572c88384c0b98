import { CircleAlert, TriangleAlert, WifiOff } from 'lucide-react';
import { formatCount, plural } from '@/lib/units';
import type { LogView } from './log-store';
import type { LogSearch } from './use-log-search';

/** LogStatus says what is wrong with what is shown of a log: a connection that is away, lines that could not be loaded, lines that were not kept. */
export function LogStatus({ view, search }: { view: LogView; search: LogSearch }) {
  const { problem, following, missing, first } = view;

  return (
    <div role="status" className="text-sm empty:hidden">
      {following === 'lost' ? (
        <p className="flex gap-2 border-line border-t bg-warn-page px-4 py-1.5 text-soft">
          <WifiOff aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
          <span>
            The connection was lost behind line {formatCount(view.total)}. It goes on there, without a gap, once the platform answers.{' '}
            {problem && problem.status !== 0 && problem.message}
          </span>
        </p>
      ) : (
        problem && (
          <p className="flex gap-2 border-line border-t bg-bad-page px-4 py-1.5 text-soft">
            <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
            <span>Some lines could not be loaded. {problem.message}</span>
          </p>
        )
      )}
      {search.problem && (
        <p className="flex gap-2 border-line border-t bg-bad-page px-4 py-1.5 text-soft">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
          <span>{search.problem.errors[0]?.message ?? search.problem.message}</span>
        </p>
      )}
      {(missing > 0 || first > 1) && (
        <p className="flex gap-2 border-line border-t bg-warn-page px-4 py-1.5 text-soft">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
          <span>
            {first > 1 && `The first ${plural(first - 1, 'line')} of this log are too old and were deleted. `}
            {missing > 0 && `${plural(missing, 'line')} of this log ${missing === 1 ? 'was' : 'were'} not kept; the log says where.`}
          </span>
        </p>
      )}
    </div>
  );
}
