import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, type Schemas } from '@/api/client';
import { platformNow } from '@/api/clock';

/** MeasureSpan is what a graph shows: the last seconds up to now, or a part of the past. Times are in seconds since 1970. */
export type MeasureSpan = { seconds: number } | { from: number; to: number };

type Filters = { span: MeasureSpan; environment?: string | undefined; deployment?: string | undefined };

const shortest = 15;
const longest = 300;

/** secondsUntilNext is how soon something new can be in an answer; a part of the past that is over gets nothing new. */
export function secondsUntilNext(span: MeasureSpan, measures: Schemas['Measures'] | undefined, now: number): number | false {
  const step = measures?.step_seconds ?? shortest;
  if ('to' in span && span.to + 2 * Math.max(step, 60) < now) return false;
  return Math.min(Math.max(step, shortest), longest);
}

/** measuresQuery is the measures of a project; it asks again with each step while somebody looks. */
export const measuresQuery = (projectId: string, { span, environment, deployment }: Filters) =>
  queryOptions({
    queryKey: ['get', '/v1/projects/{project_id}/measures', projectId, span, environment, deployment],
    queryFn: async ({ signal }) => {
      const from = 'seconds' in span ? platformNow() / 1000 - span.seconds : span.from;
      const { data } = await api.GET('/v1/projects/{project_id}/measures', {
        params: {
          path: { project_id: projectId },
          query: {
            from: new Date(from * 1000).toISOString(),
            to: 'to' in span ? new Date(span.to * 1000).toISOString() : undefined,
            environment_id: environment,
            deployment_id: deployment,
          },
        },
        signal,
      });
      if (!data) throw new Error('The platform answered without measures.');
      return data;
    },
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => {
      const seconds = secondsUntilNext(span, state.data, platformNow() / 1000);
      return seconds && seconds * 1000;
    },
  });
