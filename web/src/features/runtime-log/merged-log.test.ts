import { expect, it, vi } from 'vitest';
import { ApiProblem } from '@/api/problem';
import { type Entry, entryOfLine, entryOfRequest } from './entry';
import type { Feed, FeedPage, Heard } from './feed';
import { MergedLog } from './merged-log';

const line = (id: number, second: number) =>
  entryOfLine({ id, deployment_id: 'd', stream: 'stdout', line: `line ${id}`, logged_at: new Date(second * 1000).toISOString() });
const request = (id: string, second: number, dropped?: number) =>
  entryOfRequest({
    id,
    kind: dropped ? 'over_quota' : 'request',
    environment_id: 'e',
    deployment_id: 'd',
    region: 'r',
    started_at: new Date(second * 1000).toISOString(),
    ...(dropped ? { dropped } : {}),
  });

const beginning = Number.NEGATIVE_INFINITY;
const page = (entries: Entry[], completeFrom = beginning): FeedPage => ({
  entries,
  completeFrom,
  older: completeFrom === beginning ? undefined : { before: completeFrom },
});

function feed(name: Feed['name'], pages: (FeedPage | ApiProblem)[]) {
  const heard: Heard[] = [];
  const after: (string | undefined)[] = [];
  const fails: ((error: ApiProblem) => void)[] = [];
  const made: Feed = {
    name,
    read: async () => {
      const next = pages.shift();
      if (!next) throw new Error('nothing more was expected to be read');
      if (next instanceof ApiProblem) throw next;
      return next;
    },
    before: () => ({ before: 0 }),
    follow: (from, hear) => {
      after.push(from);
      heard.push(hear);
      return new Promise((_, reject) => fails.push(reject));
    },
  };
  return { made, heard, after, fails };
}

const keys = (log: MergedLog) => log.view.entries.map(({ key }) => key);

async function opened(...feeds: Feed[]) {
  const log = new MergedLog(feeds);
  const close = log.open();
  await vi.waitFor(() => expect(log.view.read).toBe(true));
  return { log, close };
}

it('nothing is shown from before the time from which all feeds are known', async () => {
  const lines = feed('lines', [page([line(1, 10), line(2, 30)])]);
  const requests = feed('requests', [page([request('b', 20)], 20_000), page([request('a', 5)])]);
  const { log } = await opened(lines.made, requests.made);
  expect(keys(log)).toEqual(['request-b', 'line-2']);
  expect(log.view.atBeginning).toBe(false);

  await log.loadOlder();
  expect(keys(log)).toEqual(['request-a', 'line-1', 'request-b', 'line-2']);
  expect(log.view.atBeginning).toBe(true);
});

it('pages without a find are counted until one has something', async () => {
  const { log } = await opened(feed('lines', [page([], 50_000), page([], 40_000), page([line(1, 35)], 30_000)]).made);
  await log.loadOlder();
  expect(log.view).toMatchObject({ fruitless: 1, completeFrom: 40_000 });
  await log.loadOlder();
  expect(log.view.fruitless).toBe(0);
});

it('what arrives takes its place by time, once, and what comes again takes the place of what was there', async () => {
  const requests = feed('requests', [page([request('a', 10), request('c', 30)])]);
  const { log } = await opened(requests.made);
  log.follow();
  requests.heard[0]?.onEntries([request('b', 20), request('c', 30, 7)], '4');

  expect(keys(log)).toEqual(['request-a', 'request-b', 'request-c']);
  expect(log.view.arrived).toBe(1);
  expect(log.view.entries[2]).toMatchObject({ request: { dropped: 7 } });
});

it('a lost stream is told of, goes on behind the last event, and is well as soon as it is open', async () => {
  const lines = feed('lines', [page([])]);
  const { log } = await opened(lines.made);
  log.follow();
  lines.heard[0]?.onEntries([line(1, 1)], '7');
  lines.fails[0]?.(new ApiProblem(429, 'Too many streams are open.'));
  await vi.waitFor(() => expect(log.view).toMatchObject({ following: 'lost', followProblem: { status: 429 } }));

  await vi.waitFor(() => expect(lines.after).toEqual([undefined, '7']), 3_000);
  lines.heard[1]?.onOpen();
  expect(log.view.following).toBe('on');
});

it('what the platform refuses is told, and not asked for again by itself', async () => {
  const log = new MergedLog([feed('lines', [new ApiProblem(422, 'That is no pattern.')]).made]);
  log.open();
  await vi.waitFor(() => expect(log.view.problem?.message).toBe('That is no pattern.'));
  expect(log.view.read).toBe(false);
});
