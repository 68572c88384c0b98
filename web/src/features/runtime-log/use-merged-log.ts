import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Feed } from './feed';
import { MergedLog, type MergedView } from './merged-log';

/** useMergedLog reads feeds for as long as its component is there. It follows them where they grow. */
export function useMergedLog(feeds: Feed[], grows: boolean): { log: MergedLog; view: MergedView } {
  const log = useMemo(() => new MergedLog(feeds), [feeds]);
  const view = useSyncExternalStore(log.subscribe, log.getView);
  const { read } = view;

  useEffect(() => log.open(), [log]);
  useEffect(() => {
    if (grows && read) return log.follow();
  }, [log, grows, read]);

  return { log, view };
}
