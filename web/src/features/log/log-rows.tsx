import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type Ref,
  type RefObject,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import { cn } from '@/lib/cn';
import { LogGroupRow } from './log-group';
import { LogLineRow } from './log-line';
import type { LogStore } from './log-store';
import type { QueryPart } from './query';
import type { Row, Rows } from './rows';
import type { LineRange, LogGroup } from './source';

export type LogRowsHandle = {
  /** show scrolls to a line; where its group is about to open, once it has. */
  show: (line: number) => void;
  /** firstLine is the first line in sight. */
  firstLine: () => number;
};

type Props = {
  ref: Ref<LogRowsHandle>;
  label: string;
  scroller: RefObject<HTMLDivElement | null>;
  store: LogStore;
  /** version changes whenever the store has lines that it had not. */
  version: number;
  rows: Rows;
  selected?: LineRange | undefined;
  current?: number | undefined;
  found: number[];
  parts: QueryPart[];
  wrap: boolean;
  times: boolean;
  onPick: (line: number, extend: boolean) => void;
  onToggle: (group: number, open: boolean) => void;
  /** onHeight tells how high all rows together are. */
  onHeight: (height: number) => void;
  className?: string;
};

const lineRem = 1.5;
const groupRem = 2;

/** LogRows draws the rows in sight, and a few around them. */
export function LogRows(props: Props) {
  const { label, scroller, store, rows, selected, current, parts, wrap, times, onToggle, onHeight, className } = props;
  const rem = useMemo(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16, []);
  const found = useMemo(() => new Set(props.found), [props.found]);
  const pending = useRef<number>(undefined);

  // A new function would have the virtualizer measure all rows again.
  const getItemKey = useCallback((index: number) => keyOf(rows.at(index), index), [rows]);
  const virtualizer = useVirtualizer({
    count: rows.count,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows.at(index)?.kind === 'group' ? groupRem : lineRem) * rem,
    getItemKey,
    overscan: 20,
  });
  const items = virtualizer.getVirtualItems();
  const height = virtualizer.getTotalSize();
  const range = virtualizer.range;

  // biome-ignore lint/correctness/useExhaustiveDependencies: these change how high rows are.
  useLayoutEffect(() => virtualizer.measure(), [wrap, times, rows]);
  useLayoutEffect(() => onHeight(height), [onHeight, height]);

  const lineAt = (index: number) => numberOf(rows.at(index));
  useImperativeHandle(props.ref, () => ({
    show: (line) => {
      pending.current = line;
      settle();
    },
    firstLine: () => lineAt(virtualizer.range?.startIndex ?? 0) ?? 1,
  }));

  // A line is scrolled to as soon as it has a row and the height of the window is known: its group may be about to open.
  const settle = () => {
    const row = pending.current === undefined ? undefined : rows.rowOf(pending.current);
    if (row === undefined || !virtualizer.scrollRect?.height) return;
    pending.current = undefined;
    // The virtualizer itself scrolls when it is mounted: the next frame is behind that.
    requestAnimationFrame(() => virtualizer.scrollToIndex(row, { align: 'center' }));
  };
  useEffect(settle);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is in sight is loaded, also when the log has grown.
  useEffect(() => {
    store.want(items.flatMap(({ index }) => lineAt(index) ?? []));
  }, [store, rows, range?.startIndex, range?.endIndex, props.version]);

  const onPick = useStable(props.onPick);
  const tabStop = tabStopOf(
    items.map(({ index }) => lineAt(index)),
    selected,
    lineAt(range?.startIndex ?? 0),
  );

  // The head of the group that the first row in sight is of stays in sight; folding it leads back to where it stands.
  const top = rows.at(range?.startIndex ?? 0);
  const inside = top?.kind === 'line' ? rows.groupOf(top.number) : undefined;
  const foldFrom = useStable((group: number, open: boolean) => {
    pending.current = inside?.ranges[0]?.first;
    onToggle(group, open);
  });

  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = event.target instanceof HTMLElement ? Number(event.target.dataset.line) : 0;
    const row = at ? rows.rowOf(at) : undefined;
    if (!by || row === undefined) return;

    event.preventDefault();
    let next = row + by;
    while (rows.at(next)?.kind === 'group') next += by;
    const to = lineAt(next);
    if (to === undefined) return;
    virtualizer.scrollToIndex(next);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-line="${to}"]`)?.focus());
  };

  return (
    <section
      ref={scroller}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
      tabIndex={0}
      onKeyDown={press}
      className={cn('@container overflow-auto overscroll-x-contain outline-offset-[-2px] [overflow-anchor:none]', className)}
    >
      {inside && (
        <div className="sticky top-0 left-0 z-10 h-0">
          <LogGroupRow group={inside} open selected={false} current={false} found={0} onToggle={foldFrom} />
        </div>
      )}
      <div className={cn('relative min-w-full', wrap ? 'w-full' : 'w-max')} style={{ height }}>
        <div className={cn('min-w-full', wrap ? 'w-full' : 'w-max')} style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          {items.map(({ key, index }) => {
            const row = rows.at(index);
            if (!row) return null;
            const number = numberOf(row);
            const isSelected = selected !== undefined && number !== undefined && number >= selected.first && number <= selected.last;
            const isCurrent = number !== undefined && number === current;

            return (
              <div key={key} data-index={index} ref={wrap ? virtualizer.measureElement : undefined}>
                {row.kind === 'group' ? (
                  <LogGroupRow
                    group={row.group}
                    open={row.open}
                    selected={isSelected}
                    current={isCurrent}
                    found={row.open ? 0 : countIn(row.group, props.found)}
                    onToggle={onToggle}
                  />
                ) : (
                  <LogLineRow
                    number={row.number}
                    line={store.line(row.number)}
                    selected={isSelected}
                    current={isCurrent}
                    found={found.has(row.number) ? parts : undefined}
                    wrap={wrap}
                    times={times}
                    tabbable={row.number === tabStop}
                    onPick={onPick}
                  />
                )}
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}

/** numberOf is the line that stands in a row. */
function numberOf(row: Row | undefined): number | undefined {
  return row?.kind === 'line' ? row.number : row?.group.ranges[0]?.first;
}

function keyOf(row: Row | undefined, index: number): string | number {
  if (!row) return -index - 1;
  return row.kind === 'line' ? row.number : `group ${row.group.number}`;
}

function tabStopOf(shown: (number | undefined)[], selected: LineRange | undefined, first: number | undefined): number | undefined {
  return selected && shown.includes(selected.first) ? selected.first : first;
}

function countIn(group: LogGroup, lines: number[]): number {
  let count = 0;
  for (const { first, last } of group.ranges) count += below(lines, last + 1) - below(lines, first);
  return count;
}

/** below is how many of the lines, which are in order, have a lower number. */
function below(lines: number[], number: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }

  return low;
}

/** useStable is a function that stays the same and calls the newest one. */
function useStable<A extends unknown[]>(newest: (...args: A) => void): (...args: A) => void {
  const held = useRef(newest);
  held.current = newest;
  return useMemo(
    () =>
      (...args: A) =>
        held.current(...args),
    [],
  );
}
