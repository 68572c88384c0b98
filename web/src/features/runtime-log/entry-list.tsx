import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { QueryPart } from '@/features/log/query';
import type { Entry } from './entry';
import type { EntryActions } from './entry-details';
import { EntryRow } from './entry-row';

type Props = {
  scroller: RefObject<HTMLDivElement | null>;
  entries: Entry[];
  found: QueryPart[];
  /** pointed is the key of the entry that the address leads to; it stands open. */
  pointed?: string | undefined;
  actions: EntryActions;
  /** onTop is told whenever the oldest entries come near. */
  onTop: () => void;
  onOpen: () => void;
  onHeight: (height: number) => void;
};

const rowHeight = 24;
const nearTheTop = 20;

/** EntryList draws the entries in sight, and a few around them. Older ones that are added in front leave what is in sight where it is. */
export function EntryList({ scroller, entries, found, pointed, actions, onTop, onOpen, onHeight }: Props) {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(pointed ? [pointed] : []));

  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => entries[index]?.key ?? index,
    overscan: 20,
    anchorTo: 'end',
    // Whoever follows is kept at the end by useFollow; a row that is opened there grows downwards.
    scrollEndThreshold: -1,
  });
  const items = virtualizer.getVirtualItems();
  const height = virtualizer.getTotalSize();
  const first = virtualizer.range?.startIndex ?? 0;

  useLayoutEffect(() => onHeight(height), [onHeight, height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a list that has grown may still be too short.
  useEffect(() => {
    if (first < nearTheTop) onTop();
  }, [first, entries, onTop]);

  const shownPointed = useRef<string>(undefined);
  useEffect(() => {
    const index = pointed ? entries.findIndex(({ key }) => key === pointed) : -1;
    if (index < 0 || shownPointed.current === pointed) return;
    shownPointed.current = pointed;
    virtualizer.scrollToIndex(index, { align: 'center' });
  }, [entries, pointed, virtualizer]);

  const toggle = useCallback(
    (key: string) => {
      onOpen();
      setOpen((before) => {
        const after = new Set(before);
        if (!after.delete(key)) after.add(key);
        return after;
      });
    },
    [onOpen],
  );

  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const key = event.target instanceof HTMLElement ? event.target.dataset.entry : undefined;
    const index = key ? entries.findIndex((entry) => entry.key === key) : -1;
    const next = by && index >= 0 ? entries[index + by] : undefined;
    if (!next || !by) return;

    event.preventDefault();
    virtualizer.scrollToIndex(index + by);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-entry="${next.key}"]`)?.focus());
  };

  return (
    <section
      ref={scroller}
      aria-label="Lines and requests"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
      tabIndex={0}
      onKeyDown={press}
      className="@container h-[max(18rem,calc(100dvh-22rem))] overflow-y-auto overflow-x-hidden outline-offset-[-2px] [overflow-anchor:none]"
    >
      <div className="relative w-full" style={{ height }}>
        <div style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          {items.map(({ key, index }) => {
            const entry = entries[index];
            return (
              entry && (
                <div key={key} data-index={index} ref={virtualizer.measureElement}>
                  <EntryRow
                    entry={entry}
                    open={open.has(entry.key)}
                    pointed={entry.key === pointed}
                    tabbable={index === first}
                    found={found}
                    actions={actions}
                    onToggle={toggle}
                  />
                </div>
              )
            );
          })}
        </div>
      </div>
    </section>
  );
}
