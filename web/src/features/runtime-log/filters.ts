import type { operations } from '@/api/schema';

type Query<T extends keyof operations> = NonNullable<operations[T]['parameters']['query']>;

export type LineFilter = Pick<
  Query<'list-project-logs'>,
  'q' | 'since' | 'until' | 'level' | 'stream' | 'vm_id' | 'environment_id' | 'deployment_id'
>;
export type RequestFilter = Pick<
  Query<'list-requests'>,
  'from' | 'to' | 'status' | 'method' | 'vm_id' | 'environment_id' | 'deployment_id'
>;

export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export const ranges = { '15m': 15, '1h': 60, '6h': 360, '24h': 1440, '7d': 7 * 1440 } as const;

/** Chosen is what the address of the page says: what is shown, and of that what. */
export type Chosen = {
  /** show is the one source that is shown; both are where it is left out. */
  show?: 'app' | 'requests' | undefined;
  q?: string | undefined;
  /** level is the least grave that is shown; none: lines whose level cannot be told. */
  level?: (typeof levels)[number] | 'none' | undefined;
  stream?: 'stdout' | 'stderr' | 'system' | undefined;
  status?: string | undefined;
  method?: string | undefined;
  instance?: string | undefined;
  environment?: string | undefined;
  deployment?: string | undefined;
  /** range is how far back to look, from now; from and to take its place. */
  range?: keyof typeof ranges | undefined;
  from?: string | undefined;
  to?: string | undefined;
  /** line is the id of a line that is shown among those around it. */
  line?: number | undefined;
  /** request is the id of a request that is pointed at. */
  request?: string | undefined;
};

/** isStatus tells whether a text is a status such as 404, or a class such as 5xx. */
export function isStatus(text: string): boolean {
  return /^[1-9]([0-9]{2}|xx)$/.test(text);
}

/** filtersOf are the filters that take something away, by name. */
export function filtersOf(chosen: Chosen): (keyof Chosen)[] {
  const names = ['q', 'level', 'stream', 'status', 'method', 'instance', 'environment', 'deployment', 'range', 'from', 'to'] as const;
  return names.filter((name) => chosen[name] !== undefined);
}

/**
 * sourcesOf says which sources are read. A filter that only lines can pass leaves requests out, and the other way round; with one for either, each has its
 * own.
 */
export function sourcesOf(chosen: Chosen): { lines: boolean; requests: boolean } {
  const ofLines = chosen.level !== undefined || chosen.stream !== undefined;
  const ofRequests = chosen.status !== undefined || chosen.method !== undefined;

  return {
    lines: chosen.show !== 'requests' && (ofLines || !ofRequests),
    requests: chosen.show !== 'app' && (ofRequests || !ofLines),
  };
}

type Places = { environmentId: string | undefined; now: number };

/** lineFilterOf is what of the choice /v1 is asked for among lines. */
export function lineFilterOf(chosen: Chosen, { environmentId, now }: Places): LineFilter {
  return defined({
    q: chosen.q?.trim() || undefined,
    level: levelsFrom(chosen.level),
    stream: chosen.stream && [chosen.stream],
    vm_id: chosen.instance,
    environment_id: environmentId,
    deployment_id: chosen.deployment,
    since: beginOf(chosen, now),
    until: chosen.to,
  });
}

/** requestFilterOf is what of the choice /v1 is asked for among requests. */
export function requestFilterOf(chosen: Chosen, { environmentId, now }: Places): RequestFilter {
  return defined({
    status: chosen.status,
    method: chosen.method,
    vm_id: chosen.instance,
    environment_id: environmentId,
    deployment_id: chosen.deployment,
    from: beginOf(chosen, now),
    to: chosen.to,
  });
}

function levelsFrom(level: Chosen['level']): LineFilter['level'] {
  if (!level) return undefined;
  return level === 'none' ? ['none'] : [...levels.slice(levels.indexOf(level))];
}

function beginOf({ from, range }: Chosen, now: number): string | undefined {
  if (from) return from;
  return range && new Date(now - ranges[range] * 60_000).toISOString();
}

function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
