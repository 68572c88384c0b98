import { api, type Schemas } from '@/api/client';
import { followSource } from '@/api/follow-source';
import { ApiProblem } from '@/api/problem';
import type { SourceEvent } from '@/api/source';
import type { LogGroup, LogLine, LogMatches, LogSource } from './source';

const mostMatches = 10_000;

/** buildLogDownload is where the build log of a deployment is as a file. */
export function buildLogDownload(deploymentId: string): string {
  return `/v1/deployments/${deploymentId}/build-logs/download?ansi=false`;
}

/** buildLogSource is the build log of a deployment. */
export function buildLogSource(deploymentId: string): LogSource {
  const path = { deployment_id: deploymentId };

  return {
    async read(from, count, signal) {
      const { data } = await api.GET('/v1/deployments/{deployment_id}/build-logs', {
        params: { path, query: { from, limit: count } },
        signal,
      });
      const missing = data?.log?.missing.reduce((sum, { lines }) => sum + lines, 0) ?? 0;
      return { lines: (data?.items ?? []).map(lineOf), first: data?.log?.first_line ?? 0, total: data?.log?.total ?? 0, missing };
    },

    async groups(signal) {
      const groups: LogGroup[] = [];
      for (let after: number | undefined = 0; after !== undefined; ) {
        const answer: { data?: Schemas['BuildLogGroups'] } = await api.GET('/v1/deployments/{deployment_id}/build-logs/groups', {
          params: { path, query: { after } },
          signal,
        });
        groups.push(...(answer.data?.items ?? []).map(groupOf));
        after = answer.data?.next_after;
      }

      return groups;
    },

    async search(q, signal) {
      const found: LogMatches = { lines: [], total: 0 };
      for (let from: number | undefined = 1; from !== undefined; ) {
        const answer: { data?: Schemas['BuildLogMatches'] } = await api.GET('/v1/deployments/{deployment_id}/build-logs/search', {
          params: { path, query: { q, from } },
          signal,
        });
        found.lines.push(...(answer.data?.lines ?? []).slice(0, mostMatches - found.lines.length));
        found.total += answer.data?.total ?? 0;
        from = answer.data?.next_from;
      }

      return found;
    },

    async follow(from, { onLines, ...heard }, signal) {
      let ended = false;
      const onEvents = (events: SourceEvent[]) => {
        ended ||= events.some(({ event }) => event === 'end');
        onLines(events.flatMap(({ event, data }) => (event === 'line' ? [lineOf(data as Schemas['LogLine'])] : [])));
      };
      await followSource(`/v1/deployments/${deploymentId}/build-logs/stream?from=${from}`, { ...heard, onEvents }, signal);
      if (!ended && !signal.aborted) throw new ApiProblem(0, 'The platform ended the connection.');
    },
  };
}

function lineOf({ number = 0, group = 0, missing = 0, stream, line, logged_at: at }: Schemas['LogLine']): LogLine {
  return { number, text: line, at, stream, group, missing };
}

function groupOf({
  number,
  name,
  state,
  error,
  attempt,
  started_at: startedAt,
  ended_at: endedAt,
  ranges,
}: Schemas['BuildLogGroup']): LogGroup {
  return { number, name, state, error, attempt, startedAt, endedAt, ranges };
}
