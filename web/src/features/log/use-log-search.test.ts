import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MemorySource } from './memory-source';
import { useLogSearch } from './use-log-search';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a log that grows without pause is searched again and again', async () => {
  const source = new MemorySource();
  const search = vi.spyOn(source, 'search');
  const { result, rerender } = renderHook(({ total }) => useLogSearch(source, total), { initialProps: { total: 1 } });
  act(() => result.current.setQuery('word'));
  for (let total = 2; total <= 100; total++) {
    rerender({ total });
    await act(() => vi.advanceTimersByTimeAsync(100));
  }
  expect(search.mock.calls.length).toBeGreaterThanOrEqual(4);
  expect(search.mock.calls.length).toBeLessThanOrEqual(7);
});
