import { expect, test, vi } from 'vitest';
import { ApiProblem } from '@/api/problem';
import { LogStore } from './log-store';
import { MemorySource } from './memory-source';

// Waiting ends when the test says so.
function handClock() {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    wait: () => new Promise<void>((resolve) => waiting.push(resolve)),
    pass: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

function setup({ lines = 0, follow = false } = {}) {
  const source = new MemorySource();
  for (let number = 1; number <= lines; number++) source.write(`line ${number}`);
  const clock = handClock();
  const store = new LogStore(source, clock);
  const read = vi.spyOn(source, 'read');
  return { source, clock, store, read, close: store.open(follow) };
}

test('only what is looked at is loaded', async () => {
  const { store, read } = setup({ lines: 100_000 });
  await vi.waitFor(() => expect(store.view.total).toBe(100_000));
  expect(read).toHaveBeenCalledTimes(1);

  store.want([70_001, 70_002]);
  await vi.waitFor(() => expect(store.line(70_002)?.text).toBe('line 70002'));
  expect(read).toHaveBeenLastCalledWith(70_001, 500, expect.anything());
  expect(store.line(60_000)).toBeUndefined();

  store.want([70_400]);
  expect(read).toHaveBeenCalledTimes(2);
});

test('a log that is followed grows, with its groups', async () => {
  const { store, source } = setup({ lines: 1, follow: true });
  await vi.waitFor(() => expect(store.view.following).toBe('on'));

  const group = source.begin('RUN npm ci');
  source.write('added 1 package', { group: group.number });
  await vi.waitFor(() => expect(store.view.total).toBe(3));

  group.state = 'done';
  source.end();
  await vi.waitFor(() => expect(store.view.following).toBe('ended'));
  expect(store.view.groups).toMatchObject([{ name: 'RUN npm ci', state: 'done', ranges: [{ first: 2, last: 3 }] }]);
});

test('after a lost connection it goes on where it was, and says so meanwhile', async () => {
  const { store, source, clock } = setup({ lines: 2, follow: true });
  await vi.waitFor(() => expect(store.view.following).toBe('on'));

  source.cut(new ApiProblem(0, 'The platform does not answer.'));
  await vi.waitFor(() => expect(store.view.following).toBe('lost'));
  expect(store.view.problem?.message).toBe('The platform does not answer.');

  source.write('written meanwhile');
  source.fault = undefined;
  clock.pass();
  await vi.waitFor(() => expect(store.view.total).toBe(3));
  expect(store.view).toMatchObject({ following: 'on', problem: undefined });
  expect(store.line(3)?.text).toBe('written meanwhile');
});

test('a log that has ended while its connection was lost says nothing of that any more', async () => {
  const { store, source, close } = setup({ lines: 2, follow: true });
  await vi.waitFor(() => expect(store.view.following).toBe('on'));
  source.cut(new ApiProblem(0, 'The platform does not answer.'));
  await vi.waitFor(() => expect(store.view.following).toBe('lost'));

  close();
  source.write('written meanwhile');
  source.fault = undefined;
  store.open(false);
  expect(store.view).toMatchObject({ following: 'off', problem: undefined });
  await vi.waitFor(() => expect(store.view.total).toBe(3));
});

test('a platform that is overloaded is asked again, and named as the reason', async () => {
  const { store, source, clock, read } = setup({ lines: 10 });
  await vi.waitFor(() => expect(store.view.read).toBe(true));
  for (let number = 11; number <= 1_000; number++) source.write('more');

  source.fault = new ApiProblem(429, 'That were too many requests at once.', [], 1);
  const again = new LogStore(source, clock);
  again.open(false);
  await vi.waitFor(() => expect(again.view.problem?.status).toBe(429));

  source.fault = undefined;
  clock.pass();
  await vi.waitFor(() => expect(again.view).toMatchObject({ read: true, total: 1_000, problem: undefined }));
  expect(read).toHaveBeenCalledTimes(3);
});

test('what is refused is not asked for again and again', async () => {
  const source = new MemorySource();
  source.fault = new ApiProblem(403, 'You may not see this.');
  const read = vi.spyOn(source, 'read');
  const store = new LogStore(source, handClock());
  store.open(false);
  await vi.waitFor(() => expect(store.view.problem?.status).toBe(403));
  expect(read).toHaveBeenCalledTimes(1);
});

test('a part that is refused is asked for again only once somebody has looked elsewhere', async () => {
  const { store, source, read } = setup({ lines: 2_000 });
  await vi.waitFor(() => expect(store.view.read).toBe(true));
  // As the viewer does: whatever changes, it says again what it looks at.
  let looked = [700, 701];
  const said = vi.fn(() => store.want(looked));
  store.subscribe(() => queueMicrotask(said));

  source.fault = new ApiProblem(403, 'You may not see this.');
  store.want(looked);
  await vi.waitFor(() => expect(store.view.problem?.status).toBe(403));
  await vi.waitFor(() => expect(said).toHaveBeenCalled());
  expect(read).toHaveBeenCalledTimes(2);

  source.fault = undefined;
  store.want([701, 702]);
  expect(read).toHaveBeenCalledTimes(2);

  looked = [10];
  store.want(looked);
  expect(store.view.problem).toBeUndefined();
  looked = [700];
  store.want(looked);
  await vi.waitFor(() => expect(store.line(700)?.text).toBe('line 700'));
  expect(read).toHaveBeenCalledTimes(3);
});

test('lines that were not kept are told of and stand as such', async () => {
  const { store, source } = setup({ lines: 3, follow: true });
  await vi.waitFor(() => expect(store.view.following).toBe('on'));
  source.write('20 lines are missing here', { missing: 20, stream: 'system' });
  await vi.waitFor(() => expect(store.view.missing).toBe(20));

  vi.spyOn(source, 'read').mockResolvedValue({ lines: [], first: 1, total: 5, missing: 20 });
  source.write('never read');
  await vi.waitFor(() => expect(store.view.total).toBe(5));
  const other = new LogStore(source);
  other.open(false);
  await vi.waitFor(() => expect(other.view.read).toBe(true));
  other.want([2]);
  await vi.waitFor(() => expect(other.line(2)).toBeNull());
});
