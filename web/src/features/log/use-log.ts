import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { LogStore, type LogView } from './log-store';
import type { LogSource } from './source';

/** useLog reads a log for as long as its component is there. Both the source and whether it grows may change: then it begins anew. */
export function useLog(source: LogSource, grows: boolean): { store: LogStore; view: LogView } {
  const store = useMemo(() => new LogStore(source), [source]);
  useEffect(() => store.open(grows), [store, grows]);

  return { store, view: useSyncExternalStore(store.subscribe, store.getView) };
}
