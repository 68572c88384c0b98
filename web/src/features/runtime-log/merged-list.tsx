import { Radio, Unplug } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';
import { FollowButton } from '@/features/log/follow-button';
import { parseQuery } from '@/features/log/query';
import { useFollow } from '@/features/log/use-follow';
import type { EntryActions } from './entry-details';
import { EntryList } from './entry-list';
import type { Feed } from './feed';
import { ListProblems } from './list-problems';
import { NothingHere } from './nothing-here';
import { goesOnByItself, ReachRow } from './reach-row';
import { useMergedLog } from './use-merged-log';

type Props = {
  project: Schemas['Project'];
  feeds: Feed[];
  /** grows tells whether what happens from now on belongs to the list. */
  grows: boolean;
  query: string;
  /** requests tells whether requests are among what is shown. */
  requests: boolean;
  filtered: boolean;
  pointed?: string | undefined;
  actions: EntryActions;
  onClear: () => void;
  /** onInvalid tells whether the platform can read the search. */
  onInvalid: (invalid: boolean) => void;
};

/** MergedList is the list itself: the newest at the bottom, followed as it grows, with what is to be said about it above. */
export function MergedList({ project, feeds, grows, query, requests, filtered, pointed, actions, onClear, onInvalid }: Props) {
  const { log, view } = useMergedLog(feeds, grows);
  const scroller = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);
  const isEmpty = view.entries.length === 0;
  const follow = useFollow(scroller, grows && !isEmpty, !pointed, view.arrived, height);
  const parts = useMemo(() => parseQuery(query), [query]);
  const refused = view.problem?.status === 422;

  useEffect(() => onInvalid(refused), [onInvalid, refused]);

  const { fruitless, loadingOlder, atBeginning, read } = view;
  const more = useCallback(() => void log.loadOlder(), [log]);
  const onTop = useCallback(() => {
    if (fruitless < goesOnByItself && !loadingOlder && !atBeginning) more();
  }, [fruitless, loadingOlder, atBeginning, more]);

  // Where nothing was found yet there is no list that could be scrolled to its top.
  useEffect(() => {
    if (read && isEmpty) onTop();
  }, [read, isEmpty, onTop]);

  return (
    <section aria-label="Log" className="overflow-clip rounded-lg border border-line bg-surface">
      <div className="flex min-h-9 items-center justify-between gap-3 px-3 py-1">
        <ReachRow view={view} filtered={filtered} onMore={more} />
        {grows &&
          (view.following === 'lost' ? (
            <State bare tone="warn" icon={Unplug} word="Not connected" />
          ) : (
            view.following === 'on' && <State bare tone="good" icon={Radio} word="Live" />
          ))}
      </div>
      <ListProblems view={view} onRetry={() => void log.retry()} />
      {requests && project.record_requests === false && (
        <p className="border-line border-t bg-warn-page px-3 py-1.5 text-soft text-sm">
          Requests to this project are not recorded. Turn on “record requests” in its settings to see them here.
        </p>
      )}
      <div className="relative border-line border-t bg-log">
        {!read ? (
          <div role="status" className="min-h-72 px-4 py-8 text-center text-quiet">
            {!view.problem && 'Reading the newest lines and requests…'}
          </div>
        ) : isEmpty ? (
          <div className="min-h-72">
            {(atBeginning || fruitless >= goesOnByItself) && (
              <NothingHere project={project} filtered={filtered} soFar={!atBeginning} grows={grows} onClear={onClear} />
            )}
          </div>
        ) : (
          <EntryList
            scroller={scroller}
            entries={view.entries}
            found={parts}
            pointed={pointed}
            actions={actions}
            onTop={onTop}
            onOpen={follow.stop}
            onHeight={setHeight}
          />
        )}
        <FollowButton grows={grows && !isEmpty} follow={follow} />
      </div>
    </section>
  );
}
