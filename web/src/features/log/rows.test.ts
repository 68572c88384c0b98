import { expect, test } from 'vitest';
import { Rows } from './rows';
import type { LineRange, LogGroup } from './source';

const group = (number: number, ...ranges: [number, number][]): LogGroup => ({
  number,
  name: `step ${number}`,
  state: 'done',
  attempt: 1,
  startedAt: '',
  ranges: ranges.map(([first, last]): LineRange => ({ first, last })),
});

const shown = (rows: Rows) =>
  Array.from({ length: rows.count }, (_, index) => {
    const row = rows.at(index);
    return row?.kind === 'line' ? row.number : `group ${row?.group.number}`;
  });

test('lines without groups are one row each', () => {
  expect(shown(new Rows([], 1, 3, () => true))).toEqual([1, 2, 3]);
  expect(new Rows([], 0, 0, () => true).count).toBe(0);
});

test('the head of a group takes the place of its first line, and groups stand where they began', () => {
  const rows = new Rows([group(1, [2, 4]), group(2, [5, 6])], 1, 8, () => true);
  expect(shown(rows)).toEqual([1, 'group 1', 3, 4, 'group 2', 6, 7, 8]);
  expect(rows.rowOf(2)).toBe(1);
  expect(rows.rowOf(6)).toBe(5);
  expect(rows.groupOf(3)?.number).toBe(1);
  expect(rows.groupOf(7)).toBeUndefined();
});

test('lines of groups that were written at once stand together', () => {
  const rows = new Rows([group(1, [1, 2], [5, 5]), group(2, [3, 4], [6, 6])], 1, 6, () => true);
  expect(shown(rows)).toEqual(['group 1', 2, 5, 'group 2', 4, 6]);
  expect(rows.rowOf(5)).toBe(2);
  expect(rows.rowOf(6)).toBe(5);
});

test('a folded group shows its head alone, and knows its lines', () => {
  const rows = new Rows([group(1, [1, 100_000])], 1, 100_001, () => false);
  expect(shown(rows)).toEqual(['group 1', 100_001]);
  expect(rows.rowOf(50_000)).toBeUndefined();
  expect(rows.rowOf(1)).toBe(0);
  expect(rows.groupOf(50_000)?.number).toBe(1);
});

test('lines that were deleted, and those that are not there yet, have no row', () => {
  const rows = new Rows([group(1, [1, 4]), group(2)], 3, 5, () => true);
  expect(shown(rows)).toEqual(['group 1', 3, 4, 'group 2', 5].toSorted(() => 0));
  expect(rows.rowOf(2)).toBeUndefined();
  expect(rows.rowOf(6)).toBeUndefined();
});
