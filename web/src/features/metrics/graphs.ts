import type { Schemas } from '@/api/client';
import { formatCount, plural } from '@/lib/units';
import type { Graph, Line } from './graph';
import { highest, isAllGaps, perSeconds, sum, type Values } from './series';
import { bytes, bytesPerSecond, cores, count, latency, perMinute, type Unit } from './units';

type Measures = Schemas['Measures'];

// From the lowest of the stack to the highest, so that what goes wrong stands on top.
const classes: { key: keyof Measures['requests']; name: string; token: string; soft?: boolean; rare?: boolean }[] = [
  { key: 'successful', name: '2xx successful', token: 'good', soft: true },
  { key: 'redirected', name: '3xx redirected', token: 'busy', soft: true },
  { key: 'informational', name: 'WebSockets', token: 'magenta', rare: true },
  { key: 'aborted', name: 'Visitor left', token: 'edge', rare: true },
  { key: 'client_errors', name: '4xx client errors', token: 'warn' },
  { key: 'server_errors', name: '5xx server errors', token: 'bad' },
];

/** countRequests is how many requests there were, and how many of them failed by the app's or the platform's doing. */
export function countRequests({ requests }: Measures): { all: number; failed: number } {
  return { all: classes.reduce((all, { key }) => all + sum(requests[key]), 0), failed: sum(requests.server_errors) };
}

/** requestsGraph is the requests by status class. `phrase` names the range, such as "in the last hour". */
export function requestsGraph(measures: Measures, phrase: string): Graph {
  const span = spanOf(measures);
  const { all, failed } = countRequests(measures);
  const outcome = failed === 0 ? 'none of them failed' : `${formatCount(failed)} of them failed`;

  return {
    id: 'requests',
    title: 'Requests',
    text: 'per minute, by status',
    unit: perMinute,
    stacked: true,
    lines: classes.map(({ key, name, token, soft = false, rare = false }) => ({
      name,
      token,
      look: 'bar',
      soft,
      rare,
      values: perSeconds(measures.requests[key], 60, span),
    })),
    summary: `Requests: ${formatCount(all)} ${phrase}, ${outcome}.`,
    nothing: all > 0 ? undefined : noRequests(phrase),
  };
}

/** graphsOf is all graphs of a project, in the order of the page. */
export function graphsOf(measures: Measures, phrase: string): Graph[] {
  const span = spanOf(measures);
  const { instances, network, limits } = measures;
  const limit = (value: number | undefined): Line => ({
    name: 'Limit',
    token: 'edge',
    look: 'limit',
    values: measures.times.map(() => value ?? null),
  });
  const measured = (graph: Omit<Graph, 'summary' | 'nothing'>): Graph => withSummary(graph, phrase, noInstances(phrase));

  return [
    requestsGraph(measures, phrase),
    withSummary(
      {
        id: 'latency',
        title: 'Response time',
        text: 'until the last byte',
        unit: latency,
        lines: [
          { name: 'p50', token: 'good', look: 'line', values: measures.latency.p50 },
          { name: 'p95', token: 'busy', look: 'line', values: measures.latency.p95 },
          { name: 'p99', token: 'warn', look: 'dashed', values: measures.latency.p99 },
        ],
      },
      phrase,
      noRequests(phrase),
    ),
    measured({
      id: 'processor',
      title: 'Processor',
      text: 'of an instance, on average',
      unit: cores,
      lines: [{ name: 'Used', token: 'busy', look: 'area', values: instances.cpu_millis }, limit(limits?.cpu_millis)],
    }),
    measured({
      id: 'memory',
      title: 'Memory',
      text: 'of an instance',
      unit: bytes,
      lines: [
        { name: 'Average', token: 'accent', look: 'area', values: instances.memory_mean_bytes },
        { name: 'Most', token: 'magenta', look: 'dashed', values: instances.memory_max_bytes },
        limit(limits?.memory_bytes),
      ],
    }),
    measured({
      id: 'network',
      title: 'Network',
      text: 'of all instances',
      unit: bytesPerSecond,
      lines: [
        { name: 'In', token: 'cyan', look: 'line', values: perSeconds(network.received_bytes, 1, span) },
        { name: 'Out', token: 'accent', look: 'dashed', values: perSeconds(network.sent_bytes, 1, span) },
      ],
    }),
    measured({
      id: 'restarts',
      title: 'Restarts',
      text: 'of apps, and their instances',
      unit: count,
      lines: [
        { name: 'Restarts', token: 'bad', look: 'bar', values: instances.restarts },
        { name: 'Instances', token: 'quiet', look: 'line', values: instances.count },
      ],
    }),
  ];
}

function spanOf({ times, step_seconds: step, to }: Measures) {
  return { times, step, to: Date.parse(to) / 1000 };
}

function withSummary(graph: Omit<Graph, 'summary' | 'nothing'>, phrase: string, nothing: Graph['nothing']): Graph {
  const shown = graph.lines.filter((line) => !isAllGaps(line.values));
  const used = shown.filter((line) => line.look !== 'limit');
  const parts = used.map((line) => describe(line.name, line.values, graph.unit));
  const limit = shown.find((line) => line.look === 'limit')?.values[0];
  if (limit) parts.push(`limit ${graph.unit.format(limit)}`);
  if (graph.id === 'restarts' && used.length > 0) parts.unshift(`${plural(sum(graph.lines[0]?.values ?? []), 'restart')} in all`);

  return used.length > 0
    ? { ...graph, summary: `${graph.title} ${phrase}: ${parts.join('; ')}.` }
    : { ...graph, summary: `${graph.title}: nothing ${phrase}.`, nothing };
}

function describe(name: string, values: Values, unit: Unit): string {
  const last = values.findLast((value) => value !== null) ?? 0;
  return `${name} ${unit.format(last)} last, ${unit.format(highest(values) ?? 0)} at most`;
}

function noRequests(phrase: string) {
  return { title: `No requests ${phrase}`, text: 'A request to one of the project’s addresses is counted here, about a minute after it.' };
}

function noInstances(phrase: string) {
  return {
    title: `Nothing measured ${phrase}`,
    text: 'Instances are measured while they run; each minute is here about a minute after it.',
  };
}
