import { api } from '@/api/client';
import { followSource } from '@/api/follow-source';
import type { SourceHandlers } from '@/api/source';
import { matches, parseQuery } from '@/features/log/query';
import { type Entry, entryOfRequest } from './entry';
import type { Feed } from './feed';
import type { RequestFilter } from './filters';
import { entriesOf } from './line-feed';
import { queryString } from './query-string';

const pageSize = 100;

/**
 * requestFeed is the requests to a project, as far as a filter lets them pass.
 *
 * @param text what their path is to have, in the language of queries; /v1 only knows text that stands in it
 */
export function requestFeed(projectId: string, filter: RequestFilter, text: string): Feed {
  const parts = parseQuery(text);
  const accepts = (entry: Entry) =>
    entry.kind === 'request' && (parts.length === 0 || (entry.request.kind === 'request' && matches(parts, entry.request.path ?? '')));

  return {
    name: 'requests',

    async read(position, signal) {
      const { data } = await api.GET('/v1/projects/{project_id}/requests', {
        params: { path: { project_id: projectId }, query: { ...filter, limit: pageSize, ...position } },
        signal,
      });
      const all = (data?.items ?? []).map(entryOfRequest).reverse();
      const older = data?.next_cursor ? { cursor: data.next_cursor } : undefined;
      const completeFrom = older ? (all[0]?.time ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY;

      return { entries: all.filter(accepts), older, completeFrom };
    },

    // The end of a range is not part of it: the entry itself comes again, and is known.
    before: (entry) => ({ to: new Date(entry.time + 1).toISOString() }),

    follow(after, { onEntries, ...heard }, signal) {
      const { to: _, ...open } = filter;
      const path = `/v1/projects/${projectId}/requests/stream?${queryString({ ...open, tail: pageSize })}`;
      const onEvents: SourceHandlers['onEvents'] = (events, lastId) => {
        onEntries(entriesOf(events, 'request', entryOfRequest).filter(accepts), lastId);
      };
      return followSource(path, { ...heard, onEvents }, signal, after);
    },
  };
}
