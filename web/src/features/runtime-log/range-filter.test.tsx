import { act, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Chosen } from './filters';
import { RangeFilter } from './range-filter';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function Host({ told }: { told: (change: Chosen) => void }) {
  const [chosen, setChosen] = useState<Chosen>({ from: '2026-01-01T12:00:00.000Z' });
  const choose = (change: Chosen) => {
    told(change);
    setChosen({ ...chosen, ...change });
  };
  return <RangeFilter chosen={chosen} onChoose={choose} />;
}

test('a time that is being typed keeps its input, and is told once it is whole', () => {
  const told = vi.fn();
  render(<Host told={told} />);

  const from = screen.getByLabelText('From');
  act(() => from.focus());
  fireEvent.change(from, { target: { value: '' } });
  act(() => vi.advanceTimersByTime(1_000));
  expect(told).not.toHaveBeenCalled();
  expect(screen.getByLabelText('From')).toBe(from);

  fireEvent.change(from, { target: { value: '2026-01-02T12:00:00' } });
  act(() => vi.advanceTimersByTime(300));
  expect(told.mock.calls).toEqual([[{ from: new Date('2026-01-02T12:00:00').toISOString() }]]);
});
