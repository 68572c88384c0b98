import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type ApiProblem, isFinal } from './problem';
import type { SourceEvent } from './source';
import { streams } from './streams';

const pause = 1_000;
/** So often at most is all fetched again because a stream was refused. */
const refreshEvery = 10_000;
/** What was refused for good may be another thing later, such as when a role was given back. */
const longPause = 30_000;

/** pauseAfter is how long a stream that is over is not followed again: longer each time that it was refused, and as long as the platform asks for. */
function pauseAfter(problem: ApiProblem | undefined, refusals: number): number {
  if (!problem) return pause;
  if (isFinal(problem)) return longPause;
  return Math.max(Math.min(pause * 2 ** refusals, longPause), problem.retryAfter * 1_000);
}

/**
 * useLive keeps what a page shows up to date. Whenever the stream at `path` tells of a change, what `keysOf` names is fetched again; nothing tells that all
 * that is shown has to be.
 *
 * @param path the path of a stream of /v1, or undefined where there is none yet
 * @param event the event that tells of a change
 * @param keysOf names the queries that an event puts out of date, by the data of the event; it must be the same function each time
 */
export function useLive(path: string | undefined, event: string, keysOf?: (data: unknown) => QueryKey[] | undefined): void {
  const queryClient = useQueryClient();

  useEffect(() => {
    if (!path) return;

    let position = '';
    let leave = () => {};
    let again: ReturnType<typeof setTimeout> | undefined;
    let refusals = 0;
    let refreshedAt = 0;
    // What was asked for by another method than GET began something, such as a detection: it is not begun again.
    const refresh = () => void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'get' });
    const hear = ({ event: name, data }: SourceEvent) => {
      if (name !== event && name !== 'gone') return;
      const keys = name === event ? keysOf?.(data) : undefined;
      if (!keys) refresh();
      else for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey });
    };
    const follow = () => {
      leave = streams.follow(
        path,
        {
          onRefresh: refresh,
          onEvents: (events, at) => {
            refusals = 0;
            position = at;
            for (const each of events) hear(each);
          },
          onOver: (problem) => {
            if (problem && Date.now() - refreshedAt >= refreshEvery) {
              refreshedAt = Date.now();
              refresh();
            }
            again = setTimeout(follow, pauseAfter(problem, refusals));
            if (problem) refusals++;
          },
        },
        position,
      );
    };

    follow();
    return () => {
      clearTimeout(again);
      leave();
    };
  }, [path, event, keysOf, queryClient]);
}
