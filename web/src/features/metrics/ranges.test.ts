import { expect, test } from 'vitest';
import { secondsUntilNext } from '@/api/queries/measures';
import { phraseOf, rangeOf, spanOf, zoomOf, zoomTo } from './ranges';
import { emptyMeasures } from './sample-measures';

const now = 1_000_000_000;

test('the last hour is shown where the address chooses nothing', () => {
  expect(spanOf({})).toEqual({ seconds: 3600 });
  expect(spanOf({ range: '7d' })).toEqual({ seconds: 7 * 86_400 });
  expect(phraseOf({ range: '30d' })).toBe('in the last 30 days');
});

test('half a part of the past, or one that ends before it begins, is passed over', () => {
  expect(zoomOf({ from: 5 })).toBeUndefined();
  expect(zoomOf({ from: 5, to: 5 })).toBeUndefined();
  expect(spanOf({ range: '6h', from: 5, to: 3 })).toEqual({ seconds: 6 * 3600 });
});

test('a part of the past goes before the range, which is the way back', () => {
  const chosen = { range: '6h', from: now, to: now + 600 } as const;
  expect(spanOf(chosen)).toEqual({ from: now, to: now + 600 });
  expect(rangeOf(chosen).name).toBe('6 h');
});

test('what is dragged over becomes whole minutes, whichever way it was dragged', () => {
  const zoom = zoomTo(now - 100, now - 1000, now);
  expect(zoom).toEqual(zoomTo(now - 1000, now - 100, now));
  expect([zoom.from % 60, zoom.to % 60]).toEqual([0, 0]);
  expect(zoom.from).toBeLessThanOrEqual(now - 1000);
  expect(zoom.to).toBeGreaterThanOrEqual(now - 100);
});

test('what is dragged over is long enough to hold points of what is kept', () => {
  const minutes = zoomTo(now - 1000, now - 999, now);
  expect(minutes.to - minutes.from).toBeGreaterThanOrEqual(300);
  const hours = zoomTo(now - 5 * 86_400, now - 5 * 86_400 + 60, now);
  expect(hours.to - hours.from).toBeGreaterThanOrEqual(6 * 3600);
});

test('measures are asked for again each step, and not more often than every 15 s', () => {
  expect(secondsUntilNext({ seconds: 3600 }, undefined, now)).toBe(15);
  expect(secondsUntilNext({ seconds: 3600 }, emptyMeasures(), now)).toBe(60);
  expect(secondsUntilNext({ seconds: 3600 }, { ...emptyMeasures(), step_seconds: 7200 }, now)).toBe(300);
});

test('a part of the past that is over is not asked for again', () => {
  expect(secondsUntilNext({ from: now - 900, to: now - 600 }, emptyMeasures(), now)).toBe(false);
  expect(secondsUntilNext({ from: now - 900, to: now }, emptyMeasures(), now)).toBe(60);
});
