import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { useLive } from './live';
import { ApiProblem } from './problem';
import type { SourceHandlers } from './source';
import { streams } from './streams';

const queryClient = new QueryClient();
const followed: { path: string; handlers: SourceHandlers; after: string | undefined; left: boolean }[] = [];
const last = () => followed.at(-1) as (typeof followed)[number];
const keysOf = (data: unknown) => (data === 'known' ? [['get', '/v1/projects']] : undefined);
const live = () =>
  renderHook(() => useLive('/v1/changes', 'changed', keysOf), {
    wrapper: ({ children }) => <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>,
  });

beforeEach(() => {
  vi.useFakeTimers();
  followed.length = 0;
  vi.spyOn(streams, 'follow').mockImplementation((path, handlers, after) => {
    const one = { path, handlers, after, left: false };
    followed.push(one);
    return () => {
      one.left = true;
    };
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('a change has what it names fetched again, and anything else all that is shown', () => {
  const fetched = vi.spyOn(queryClient, 'invalidateQueries');
  const { unmount } = live();

  last().handlers.onEvents([{ event: 'changed', data: 'known' }], '1');
  expect(fetched).toHaveBeenLastCalledWith({ queryKey: ['get', '/v1/projects'] });
  last().handlers.onEvents([{ event: 'ping', data: {} }], '2');
  expect(fetched).toHaveBeenCalledTimes(1);

  for (const event of ['changed', 'gone']) {
    last().handlers.onEvents([{ event, data: {} }], '3');
    expect(fetched).toHaveBeenLastCalledWith({ predicate: expect.any(Function) });
  }

  unmount();
  expect(last().left).toBe(true);
});

test('a stream that is over is followed again behind its last event; one that is refused for good much later', () => {
  const fetched = vi.spyOn(queryClient, 'invalidateQueries');
  const { unmount } = live();
  last().handlers.onEvents([{ event: 'ping', data: {} }], '41');
  last().handlers.onOver();
  vi.advanceTimersByTime(1_000);
  expect(followed).toHaveLength(2);
  expect(last().after).toBe('41');

  last().handlers.onOver(new ApiProblem(404, 'It was deleted.'));
  expect(fetched).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(29_000);
  expect(followed).toHaveLength(2);
  vi.advanceTimersByTime(1_000);
  expect(followed).toHaveLength(3);

  last().handlers.onOver();
  unmount();
  vi.advanceTimersByTime(60_000);
  expect(followed).toHaveLength(3);
});

test('a stream that is refused again and again is followed ever more seldom, and never sooner than the platform asks for', () => {
  const fetched = vi.spyOn(queryClient, 'invalidateQueries');
  const { unmount } = live();

  for (const seconds of [1, 2, 4]) {
    const before = followed.length;
    last().handlers.onOver(new ApiProblem(500, 'Something went wrong.'));
    vi.advanceTimersByTime(seconds * 1_000 - 1);
    expect(followed).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(followed).toHaveLength(before + 1);
  }
  expect(fetched).toHaveBeenCalledTimes(1);

  last().handlers.onOver(new ApiProblem(429, 'Too many requests.', [], 60));
  vi.advanceTimersByTime(59_000);
  expect(followed).toHaveLength(4);
  vi.advanceTimersByTime(1_000);
  expect(followed).toHaveLength(5);

  last().handlers.onEvents([{ event: 'ping', data: {} }], '1');
  last().handlers.onOver(new ApiProblem(500, 'Something went wrong.'));
  vi.advanceTimersByTime(1_000);
  expect(followed).toHaveLength(6);
  unmount();
});
