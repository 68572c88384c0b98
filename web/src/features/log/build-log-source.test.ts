import { afterEach, expect, test, vi } from 'vitest';
import { buildLogSource } from './build-log-source';
import type { LogLine } from './source';

const signal = new AbortController().signal;
const stored = (number: number, line: string, more = {}) => ({
  id: number + 100,
  number,
  line,
  stream: 'stdout',
  logged_at: '2026-01-01T12:00:00Z',
  ...more,
});

afterEach(() => vi.unstubAllGlobals());

// answers maps what a path ends with to an answer.
function serve(answers: Record<string, unknown>) {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (input: Request | string) => {
    const url = new URL(typeof input === 'string' ? input : input.url, 'http://x');
    asked.push(url.pathname.replace('/v1/deployments/d', '') + url.search);
    const answer = Object.entries(answers).find(([path]) => (url.pathname + url.search).includes(path))?.[1];
    if (answer instanceof Response) return answer.clone();
    return Response.json(answer ?? { detail: 'Nothing is here.' }, { status: answer ? 200 : 404 });
  });
  return asked;
}

const numbered = {
  items: [stored(1, 'one'), stored(2, 'two', { group: 1 })],
  log: { first_line: 1, total: 2, missing: [{ number: 2, lines: 4 }] },
};

test('a numbered log is read, grouped and searched by the platform', async () => {
  const asked = serve({
    '/search': { lines: [2], total: 1 },
    '/groups': {
      items: [{ number: 1, name: 'RUN x', state: 'done', attempt: 1, started_at: 's', ended_at: 'e', ranges: [{ first: 2, last: 2 }] }],
    },
    '/build-logs': numbered,
  });
  const source = buildLogSource('d');

  expect(await source.read(1, 500, signal)).toMatchObject({
    first: 1,
    total: 2,
    missing: 4,
    lines: [{ number: 1, text: 'one', group: 0 }, { group: 1 }],
  });
  expect(await source.groups(signal)).toMatchObject([{ name: 'RUN x', startedAt: 's', endedAt: 'e' }]);
  expect(await source.search('t"w', signal)).toEqual({ lines: [2], total: 1 });
  expect(asked.at(-1)).toBe('/build-logs/search?q=t%22w&from=1');
});

test('a search that the platform ends early goes on', async () => {
  serve({
    '/build-logs/search?q=x&from=1': { lines: [5], total: 1, next_from: 9 },
    '/build-logs/search?q=x&from=9': { lines: [11], total: 1 },
    '/build-logs': numbered,
  });
  expect(await buildLogSource('d').search('x', signal)).toEqual({ lines: [5, 11], total: 2 });
});

const event = (name: string, data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const third = event('event', { source: 0, event: 'line', data: stored(3, 'three') });
const over = event('over', { source: 0 });

test('following tells of lines until the log has ended', async () => {
  const ending = event('event', { source: 0, event: 'end', data: { state: 'live' } });
  const asked = serve({ '/v1/streams': new Response(third + ending + over) });
  const heard: LogLine[] = [];
  await buildLogSource('d').follow?.(3, { onLines: (lines) => heard.push(...lines) }, signal);
  expect(heard).toMatchObject([{ number: 3, text: 'three' }]);
  expect(asked).toEqual([`/v1/streams?of=${encodeURIComponent('/v1/deployments/d/build-logs/stream?from=3')}`]);
});

test('a stream that is over before the log has ended can be followed again', async () => {
  serve({ '/v1/streams': new Response(third + over) });
  await expect(buildLogSource('d').follow?.(3, { onLines: () => {} }, signal)).rejects.toMatchObject({ status: 0 });
});

test('a log that one may not follow says why', async () => {
  serve({ '/v1/streams': new Response(event('refused', { source: 0, problem: { status: 404, detail: 'There is no such deployment.' } })) });
  await expect(buildLogSource('d').follow?.(3, { onLines: () => {} }, signal)).rejects.toMatchObject({ status: 404 });
});
