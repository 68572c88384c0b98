import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { cn } from '@/lib/cn';
import { FollowButton } from './follow-button';
import { LogRows, type LogRowsHandle } from './log-rows';
import { LogSearchBox } from './log-search-box';
import { LogStatus } from './log-status';
import { LogTools } from './log-tools';
import { Rows } from './rows';
import type { LineRange, LogSource } from './source';
import { useFolds } from './use-folds';
import { useFollow } from './use-follow';
import { useLog } from './use-log';
import { useLogSearch } from './use-log-search';
import { usePreference } from './use-preference';

type Props = {
  /** label names the log, such as "Build log". */
  label: string;
  source: LogSource;
  /** grows tells whether lines are still written. */
  grows: boolean;
  selected?: LineRange | undefined;
  onSelect: (range: LineRange) => void;
  download?: string | undefined;
  fileName: string;
  /** empty stands where the log has no line. */
  empty: ReactNode;
};

/** LogViewer shows a log of any length: folded by its groups, searched as a whole, followed as it grows. */
export function LogViewer({ label, source, grows, selected, onSelect, download, fileName, empty }: Props) {
  const { store, view } = useLog(source, grows);
  const search = useLogSearch(source, view.total);
  const [place, setPlace] = useState(-1);
  const [wrap, setWrap] = usePreference('zeitwork.log.wrap', false);
  const [times, setTimes] = usePreference('zeitwork.log.times', false);
  const scroller = useRef<HTMLDivElement>(null);
  const rowsHandle = useRef<LogRowsHandle>(null);
  const [height, setHeight] = useState(0);

  const follow = useFollow(scroller, grows, grows && !selected, view.total, height);
  const { isOpen, set: fold, setAll } = useFolds(view.groups, grows && !follow.following);
  const rows = useMemo(() => new Rows(view.groups, view.first, view.total, isOpen), [view.groups, view.first, view.total, isOpen]);

  const show = useCallback(
    (line: number) => {
      const group = rows.groupOf(line);
      if (rows.rowOf(line) === undefined && group) fold(group.number, true);
      follow.stop();
      rowsHandle.current?.show(line);
    },
    [rows, fold, follow.stop],
  );

  // A link to lines leads there once the log is here, also where the part of the address changes later. Without one, a log that has failed begins where it failed.
  const failed = grows ? undefined : view.groups.findLast((group) => group.state === 'failed')?.ranges.at(-1)?.last;
  const linked = view.read ? (selected?.first ?? failed) : undefined;
  const showLinked = useRef(show);
  showLinked.current = show;
  useEffect(() => {
    if (linked) showLinked.current(linked);
  }, [linked]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another search begins at its first line.
  useEffect(() => setPlace(-1), [search.answered]);

  const step = (by: 1 | -1) => {
    const { lines } = search.found;
    if (lines.length === 0) return;
    const next = place < 0 ? nearest(lines, rowsHandle.current?.firstLine() ?? 1, by) : (place + by + lines.length) % lines.length;
    setPlace(next);
    show(lines[next] ?? 1);
  };

  return (
    <div>
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-2 px-3 py-2">
        <LogSearchBox search={search} place={place} onStep={step} />
        <LogTools
          source={source}
          total={view.total}
          selected={selected}
          wrap={wrap}
          onWrap={setWrap}
          times={times}
          onTimes={setTimes}
          onFold={view.groups.length > 0 ? (open) => setAll(view.groups, open) : undefined}
          download={download}
          fileName={fileName}
        />
      </div>
      <LogStatus view={view} search={search} />
      <div className="relative border-line border-t bg-log">
        {!view.read && !view.problem ? (
          <p role="status" className="min-h-24 px-4 py-8 text-center text-quiet">
            Reading the log…
          </p>
        ) : view.total === 0 ? (
          <div className="min-h-24 px-4 py-8 text-center text-quiet">{view.read && empty}</div>
        ) : (
          <LogRows
            ref={rowsHandle}
            label={label}
            scroller={scroller}
            store={store}
            version={view.version}
            rows={rows}
            selected={selected}
            current={place < 0 ? undefined : search.found.lines[place]}
            found={search.found.lines}
            parts={search.parts}
            wrap={wrap}
            times={times}
            onPick={(line, extend) => onSelect(range(line, extend ? selected : undefined))}
            onToggle={fold}
            onHeight={setHeight}
            className={cn(grows ? 'h-[min(70dvh,40rem)]' : 'max-h-[min(70dvh,40rem)] min-h-24')}
          />
        )}
        <FollowButton grows={grows} follow={follow} />
      </div>
    </div>
  );
}

function range(line: number, from: LineRange | undefined): LineRange {
  return from ? { first: Math.min(from.first, line), last: Math.max(from.first, line) } : { first: line, last: line };
}

/** nearest is the place of the first line found at a line or behind it; where the search goes back, of the last one in front of it. */
function nearest(lines: number[], from: number, by: 1 | -1): number {
  const behind = lines.findIndex((line) => line >= from);
  if (by === 1) return Math.max(behind, 0);
  return behind < 0 ? lines.length - 1 : (behind - 1 + lines.length) % lines.length;
}
