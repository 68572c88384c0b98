import { type MouseEvent, memo } from 'react';
import { cn } from '@/lib/cn';
import { formatClock } from '@/lib/time';
import { lineHash } from './line-hash';
import { LogText } from './log-text';
import type { QueryPart } from './query';
import type { LogLine } from './source';

type Props = {
  number: number;
  /** line is undefined until it is loaded, and null where it was not kept. */
  line: LogLine | null | undefined;
  selected: boolean;
  /** found is what to mark in a line that a search has found; current marks the one that is looked at. */
  found?: QueryPart[] | undefined;
  current: boolean;
  wrap: boolean;
  times: boolean;
  /** tabbable has the tab key stop here: one line of all does. */
  tabbable: boolean;
  onPick: (number: number, extend: boolean) => void;
};

/** LogLineRow is a line with its number, which is a link to it. What the line holds is shown as text, whatever it is. */
export const LogLineRow = memo(function LogLineRow({ number, line, selected, found, current, wrap, times, tabbable, onPick }: Props) {
  const pick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    onPick(number, event.shiftKey);
  };

  return (
    <div
      className={cn(
        'group/line flex font-mono text-xs leading-6',
        wrap ? 'min-h-6' : 'h-6',
        current ? 'bg-mark-line' : selected ? 'bg-accent-page' : 'hover:bg-hover',
      )}
    >
      <a
        href={`#${lineHash({ first: number, last: number })}`}
        aria-label={`Link to line ${number}`}
        data-line={number}
        tabIndex={tabbable ? 0 : -1}
        onClick={pick}
        title={line ? formatClock(line.at) : undefined}
        className={cn(
          'sticky left-0 w-16 shrink-0 select-none pr-3 text-right tabular-nums no-underline outline-offset-[-2px] hover:text-text hover:underline',
          selected
            ? 'bg-accent-page font-semibold text-accent'
            : current
              ? 'bg-mark-line text-text'
              : 'bg-log text-quiet group-hover/line:bg-hover',
        )}
      >
        {number}
      </a>
      {times && (
        <span className="w-26 shrink-0 select-none text-quiet">
          <time dateTime={line?.at}>{line && formatClock(line.at)}</time>
        </span>
      )}
      <Content line={line} found={found} wrap={wrap} />
    </div>
  );
});

function Content({ line, found, wrap }: Pick<Props, 'line' | 'found' | 'wrap'>) {
  if (line === undefined) return <span className="my-2 h-2 w-48 rounded-sm bg-hover" />;
  if (line === null) return <span className="text-quiet italic">This line was not kept.</span>;

  return (
    <LogText
      text={line.text}
      found={found}
      className={cn(
        'min-w-0 flex-1 pr-4',
        wrap ? 'whitespace-pre-wrap wrap-anywhere' : 'whitespace-pre',
        line.missing > 0 ? 'font-semibold text-warn' : line.stream === 'system' && 'text-quiet',
      )}
    />
  );
}
