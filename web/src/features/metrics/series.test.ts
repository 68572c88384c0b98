import { expect, test } from 'vitest';
import { isolatedPoints, lastPoint, perSeconds, stack } from './series';

test('series are stacked from the first up', () => {
  expect(
    stack([
      [1, 2],
      [3, 0],
      [5, 1],
    ]),
  ).toEqual([
    [1, 2],
    [4, 2],
    [9, 3],
  ]);
});

test('a point of a stack is a gap only where all of its series are', () => {
  expect(
    stack([
      [null, null, 1],
      [null, 2, null],
    ]),
  ).toEqual([
    [null, null, 1],
    [null, 2, 1],
  ]);
});

test('amounts become rates, and gaps stay gaps', () => {
  expect(perSeconds([300, null, 0], 60, { times: [0, 300, 600], step: 300, to: 900 })).toEqual([60, null, 0]);
});

test('the point that goes on counts for the time that has passed, a minute at the least', () => {
  const rates = (to: number) => perSeconds([3600, 100], 60, { times: [0, 3600], step: 3600, to });
  expect(rates(3600 + 600)).toEqual([60, 10]);
  expect(rates(3600 + 5)).toEqual([60, 100]);
});

test('points between gaps are drawn as dots', () => {
  expect(isolatedPoints([1, null, 2, null, 3, 4, null, undefined, 5])).toEqual([0, 2, 8]);
  expect(isolatedPoints([])).toEqual([]);
});

test('the newest point is the last at which any series has a value', () => {
  expect(
    lastPoint([
      [1, null, null],
      [1, 2, null],
    ]),
  ).toBe(1);
  expect(lastPoint([[null, null]])).toBe(-1);
});
