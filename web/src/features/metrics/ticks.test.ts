import { expect, test } from 'vitest';
import { formatPoint, ticksTo, timeTick } from './ticks';
import { bytes, bytesPerSecond, cores, formatLatency, perMinute } from './units';

test.each([
  [0, [0, 1]],
  [Number.NaN, [0, 1]],
  [1, [0, 0.25, 0.5, 0.75, 1]],
  [3, [0, 1, 2, 3]],
  [7, [0, 2, 4, 6, 8]],
  [97, [0, 25, 50, 75, 100]],
  [101, [0, 50, 100, 150]],
  [0.03, [0, 0.01, 0.02, 0.03]],
])('the axis of decimal numbers up to %d has round ticks', (highest, ticks) => {
  expect(ticksTo(highest, 10)).toEqual(ticks);
});

const mebibyte = 2 ** 20;

test.each([
  [3, [0, 1, 2, 3]],
  [200 * mebibyte, [0, 64, 128, 192, 256].map((each) => each * mebibyte)],
  [1500 * mebibyte, [0, 512, 1024, 1536].map((each) => each * mebibyte)],
])('the axis of bytes up to %d has ticks of powers of two', (highest, ticks) => {
  expect(ticksTo(highest, 2)).toEqual(ticks);
});

test('there are at most five ticks, and the last is at or above the highest value, whatever that is', () => {
  for (const base of [2, 10] as const) {
    for (let highest = 0.001; highest < 1e13; highest *= 1.7) {
      const ticks = ticksTo(highest, base);
      expect(ticks.length).toBeLessThanOrEqual(5);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(highest * 0.9999);
    }
  }
});

test('units say what a number is of', () => {
  expect(perMinute.format(12.345)).toBe('12.3/min');
  expect(perMinute.format(0.5)).toBe('0.5/min');
  expect(perMinute.format(12345)).toBe('12,345/min');
  expect(formatLatency(340)).toBe('340 ms');
  expect(formatLatency(1234)).toBe('1.2 s');
  expect(cores.format(1000)).toBe('1 core');
  expect(cores.format(25)).toBe('0.025 cores');
  expect(bytes.format(64 * mebibyte)).toBe('64 MiB');
  expect(bytesPerSecond.format(1536)).toBe('1.5 KiB/s');
});

test('an axis of times names the hour, and the date where a day begins', () => {
  const morning = new Date(2026, 10, 29, 9, 5).getTime() / 1000;
  const midnight = new Date(2026, 10, 29).getTime() / 1000;
  expect(timeTick(morning, 300)).toBe('09:05');
  expect(timeTick(midnight, 3600)).toBe('29 Nov');
  expect(timeTick(morning, 86_400)).toBe('29 Nov');
});

test('a point of another day is named with its date', () => {
  const at = new Date(2026, 10, 29, 9, 5).getTime() / 1000;
  expect(formatPoint(at, 60, at + 60)).toBe('09:05');
  expect(formatPoint(at, 60, at + 2 * 86_400)).toBe('29 Nov, 09:05');
  expect(formatPoint(at, 3600, at)).toBe('29 Nov, 09:05');
  expect(formatPoint(at, 86_400, at)).toBe('29 Nov');
});
