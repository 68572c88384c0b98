import { ChevronRight } from 'lucide-react';
import { memo } from 'react';
import type { QueryPart } from '@/features/log/query';
import { cn } from '@/lib/cn';
import { formatClock, formatExact } from '@/lib/time';
import type { Entry } from './entry';
import { type EntryActions, EntryDetails } from './entry-details';
import { LineBadge, LineSummary } from './line-summary';
import { edgeOf } from './marks';
import { RequestBadge, RequestSummary } from './request-summary';

type Props = {
  entry: Entry;
  open: boolean;
  /** pointed says that the address of the page leads to this entry. */
  pointed: boolean;
  /** tabbable has the tab key stop here: one row of all does. */
  tabbable: boolean;
  found: QueryPart[];
  actions: EntryActions;
  onToggle: (key: string) => void;
};

/** EntryRow is a line or a request on one row, with what is known of it below once it is opened. */
export const EntryRow = memo(function EntryRow({ entry, open, pointed, tabbable, found, actions, onToggle }: Props) {
  const at = entry.kind === 'line' ? entry.line.logged_at : entry.request.started_at;
  const what = entry.kind === 'line' ? 'line' : entry.request.kind === 'request' ? 'request' : 'notice';
  const edge = entry.kind === 'line' ? edgeOf(entry.line.level, undefined) : edgeOf(undefined, entry.request.status);

  return (
    <div className={cn('border-l-2 font-mono text-xs leading-5', edge, pointed ? 'bg-mark-line' : open ? 'bg-hover' : 'hover:bg-hover')}>
      <div className="flex flex-wrap gap-x-3 py-0.5 pr-3 pl-1 @2xl:flex-nowrap">
        <button
          type="button"
          aria-expanded={open}
          title={formatExact(entry.time)}
          data-entry={entry.key}
          tabIndex={tabbable ? 0 : -1}
          onClick={() => onToggle(entry.key)}
          className="flex shrink-0 items-start gap-1.5 rounded-sm text-left outline-offset-[-2px]"
        >
          <ChevronRight aria-hidden className={cn('mt-1 size-3 shrink-0 text-quiet', open && 'rotate-90')} />
          <span className="w-22 shrink-0 text-quiet tabular-nums">{formatClock(at)}</span>
          <span className="w-16 shrink-0 truncate">
            {entry.kind === 'line' ? <LineBadge line={entry.line} /> : <RequestBadge request={entry.request} />}
          </span>
          <span className="sr-only"> Details of the {what}</span>
        </button>
        {entry.kind === 'line' ? (
          <LineSummary line={entry.line} open={open} found={found} />
        ) : (
          <RequestSummary request={entry.request} open={open} found={found} />
        )}
      </div>
      {open && <EntryDetails entry={entry} actions={actions} />}
    </div>
  );
});
