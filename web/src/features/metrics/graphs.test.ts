import { expect, test } from 'vitest';
import type { Graph } from './graph';
import { drawnOrder, drawnValues, graphTicks } from './graph';
import { graphsOf, requestsGraph } from './graphs';
import { emptyMeasures } from './sample-measures';

const phrase = 'in the last hour';

function graph(measures: ReturnType<typeof emptyMeasures>, id: string): Graph {
  const found = graphsOf(measures, phrase).find((each) => each.id === id);
  if (!found) throw new Error(`there is no graph ${id}`);
  return found;
}

test('the summary of requests counts all, and those that failed', () => {
  const measures = emptyMeasures();
  measures.requests.successful = [1000, null, 222, 0];
  measures.requests.client_errors = [0, null, 0, 1];
  measures.requests.server_errors = [12, null, 0, 0];
  expect(requestsGraph(measures, phrase).summary).toBe('Requests: 1,235 in the last hour, 12 of them failed.');

  measures.requests.server_errors = [0, null, 0, 0];
  expect(requestsGraph(measures, phrase).summary).toBe('Requests: 1,223 in the last hour, none of them failed.');
});

test('the classes of requests are stacked with the failures on top, and drawn from the highest down', () => {
  const measures = emptyMeasures(2);
  measures.requests.successful = [5, null];
  measures.requests.client_errors = [2, null];
  measures.requests.server_errors = [1, null];
  for (const key of ['informational', 'redirected', 'aborted'] as const) measures.requests[key] = [0, null];
  const requests = requestsGraph(measures, phrase);

  expect(drawnOrder(requests).map(({ name }) => name)[0]).toBe('5xx server errors');
  expect(drawnValues(requests)).toEqual([
    [8, null],
    [7, null],
    [5, null],
    [5, null],
    [5, null],
    [5, null],
  ]);
  expect(graphTicks(requests)).toEqual([0, 2, 4, 6, 8]);
});

test('a range in which nothing happened says so, and how something comes', () => {
  for (const each of graphsOf(emptyMeasures(), phrase)) {
    expect(each.nothing?.title).toMatch(/^(No requests|Nothing measured) in the last hour$/);
    expect(each.nothing?.text).toContain('minute');
  }
});

test('a summary names the newest and the highest value of each line, and the limit', () => {
  const measures = emptyMeasures();
  measures.instances.cpu_millis = [100, 400, null, 250];
  measures.limits = { cpu_millis: 500, memory_bytes: 2 ** 28 };
  const processor = graph(measures, 'processor');
  expect(processor.summary).toBe('Processor in the last hour: Used 0.25 cores last, 0.4 cores at most; limit 0.5 cores.');
  expect(processor.nothing).toBeUndefined();
});

test('a limit is in sight unless what is used is far below it', () => {
  const measures = emptyMeasures();
  measures.limits = { cpu_millis: 500, memory_bytes: 2 ** 28 };
  measures.instances.cpu_millis = [100, 100, 100, 100];
  expect(graphTicks(graph(measures, 'processor')).at(-1)).toBeGreaterThanOrEqual(500);
  measures.instances.cpu_millis = [10, 10, 10, 10];
  expect(graphTicks(graph(measures, 'processor')).at(-1)).toBe(10);
});

test('without limits there is a graph without them', () => {
  const measures = emptyMeasures();
  measures.instances.memory_mean_bytes = [1, 1, 1, 1];
  const memory = graph(measures, 'memory');
  expect(memory.lines.find(({ look }) => look === 'limit')?.values).toEqual([null, null, null, null]);
  expect(memory.summary).not.toContain('limit');
});

test('the summary of restarts counts them', () => {
  const measures = emptyMeasures();
  measures.instances.restarts = [0, 2, 1, 0];
  expect(graph(measures, 'restarts').summary).toContain('3 restarts in all');
});
