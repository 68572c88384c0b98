import { act, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { streams } from '@/api/streams';
import { ConnectionBar } from './connection-bar';

afterEach(() => void vi.useRealTimers());

test('a platform that does not answer is told of after a while, until it does', () => {
  vi.useFakeTimers();
  render(<ConnectionBar />);
  const bar = screen.getByRole('status');

  act(() => streams.outage.begin());
  act(() => void vi.advanceTimersByTime(4_000));
  expect(bar.textContent).toBe('');

  act(() => void vi.advanceTimersByTime(1_500));
  expect(bar.textContent).toBe('The platform does not answer. What you see may be out of date; trying again…');

  act(() => streams.outage.end());
  expect(bar.textContent).toBe('');
});
