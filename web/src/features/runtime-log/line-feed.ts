import { api } from '@/api/client';
import { followSource } from '@/api/follow-source';
import type { SourceEvent, SourceHandlers } from '@/api/source';
import { type Entry, entryOfLine } from './entry';
import type { Feed, Position } from './feed';
import type { LineFilter } from './filters';
import { queryString } from './query-string';

const pageSize = 200;

/** lineFeed is what the VMs of a project write, as far as a filter lets it pass. */
export function lineFeed(projectId: string, filter: LineFilter): Feed {
  return {
    name: 'lines',

    async read(position, signal) {
      const { data } = await api.GET('/v1/projects/{project_id}/logs', {
        params: { path: { project_id: projectId }, query: { ...filter, tail: pageSize, ...position } },
        signal,
      });
      const entries = (data?.items ?? []).map(entryOfLine);
      const older = data?.next_before ? { before: data.next_before } : undefined;
      const stoppedAt = data?.scanned_to ? Date.parse(data.scanned_to) : undefined;

      return {
        entries,
        older,
        completeFrom: older ? (stoppedAt ?? entries[0]?.time ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY,
      };
    },

    before: (entry): Position => (entry.kind === 'line' ? { before: entry.line.id } : {}),

    follow(after, { onEntries, ...heard }, signal) {
      const { until: _, ...open } = filter;
      const path = `/v1/projects/${projectId}/logs/stream?${queryString({ ...open, tail: pageSize })}`;
      const onEvents: SourceHandlers['onEvents'] = (events, lastId) => onEntries(entriesOf(events, 'line', entryOfLine), lastId);
      return followSource(path, { ...heard, onEvents }, signal, after);
    },
  };
}

/** entriesOf returns the events of one name as entries. */
export function entriesOf<T>(events: SourceEvent[], name: string, entryOf: (data: T) => Entry): Entry[] {
  return events.flatMap(({ event, data }) => (event === name ? [entryOf(data as T)] : []));
}
