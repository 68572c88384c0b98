import { useCallback, useEffect, useRef, useState } from 'react';
import type { LogGroup } from './source';

type Folds = {
  isOpen: (group: LogGroup) => boolean;
  set: (group: number, open: boolean) => void;
  setAll: (groups: LogGroup[], open: boolean) => void;
};

/** useFolds knows which groups are open: those that run or have failed, unless somebody said otherwise. With `hold`, a group that ends stays as it is: somebody reads it. */
export function useFolds(groups: LogGroup[], hold: boolean): Folds {
  const [said, setSaid] = useState<ReadonlyMap<number, boolean>>(new Map());
  const running = useRef(new Set<number>());

  useEffect(() => {
    const ended = groups.filter((group) => group.state !== 'running' && running.current.has(group.number));
    running.current = new Set(groups.filter((group) => group.state === 'running').map((group) => group.number));
    if (!hold || ended.length === 0) return;
    setSaid((before) => new Map([...ended.map((group) => [group.number, true] as const), ...before]));
  }, [groups, hold]);

  const isOpen = useCallback(
    (group: LogGroup) => said.get(group.number) ?? (group.state === 'running' || group.state === 'failed'),
    [said],
  );
  const set = useCallback((group: number, open: boolean) => setSaid((before) => new Map([...before, [group, open]])), []);
  const setAll = useCallback((all: LogGroup[], open: boolean) => setSaid(new Map(all.map((group) => [group.number, open]))), []);

  return { isOpen, set, setAll };
}
