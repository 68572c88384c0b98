import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { useTyped } from './use-typed';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what is typed stands at once, is told once, and is not undone when it comes back late', () => {
  const told = vi.fn();
  const { result, rerender } = renderHook(({ value }) => useTyped(value, told), { initialProps: { value: '' } });
  act(() => result.current[1]('a'));
  act(() => result.current[1]('ab'));
  expect(result.current[0]).toBe('ab');
  act(() => vi.advanceTimersByTime(300));
  expect(told.mock.calls).toEqual([['ab']]);

  act(() => result.current[1]('abc'));
  rerender({ value: 'ab' });
  expect(result.current[0]).toBe('abc');
});

test('what the address says counts where it was changed from elsewhere', () => {
  const told = vi.fn();
  const { result, rerender } = renderHook(({ value }) => useTyped(value, told), { initialProps: { value: 'old' } });
  rerender({ value: '' });
  expect(result.current[0]).toBe('');
  act(() => vi.advanceTimersByTime(1_000));
  expect(told).not.toHaveBeenCalled();
});
