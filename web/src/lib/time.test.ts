import { describe, expect, it } from 'vitest';
import { formatAge, formatDuration, formatTimeLeft } from './time';

const now = Date.parse('2026-03-01T12:00:00Z');
const second = 1000;
const hour = 3600 * second;

describe('formatAge', () => {
  it.each([
    [0, 'just now'],
    [-9 * second, 'just now'],
    [11 * second, 'just now'],
    [30 * second, 'in 30 seconds'],
    [-59 * second, '59 seconds ago'],
    [-119 * second, '1 minute ago'],
    [-25 * hour, 'yesterday'],
    [-400 * 24 * hour, 'last year'],
    [3 * hour, 'in 3 hours'],
  ])('%d ms from now is "%s"', (difference, words) => {
    expect(formatAge(now + difference, now)).toBe(words);
  });
});

describe('formatDuration', () => {
  it.each([
    [-5, '0.0 s'],
    [420, '0.4 s'],
    [59_999, '59 s'],
    [185_000, '3 min 5 s'],
    [2 * hour + 240_000, '2 h 4 min'],
    [72 * hour, '3 days'],
  ])('%d ms is "%s"', (milliseconds, words) => {
    expect(formatDuration(milliseconds)).toBe(words);
  });
});

describe('formatTimeLeft', () => {
  it.each([
    [7 * 24 * hour, '7 days'],
    [7 * 24 * hour - second, '7 days'],
    [47 * hour, '47 hours'],
    [119 * 60 * second, '119 minutes'],
    [second, '1 minute'],
    [-second, '1 minute'],
  ])('%d ms are "%s"', (left, words) => {
    expect(formatTimeLeft(left)).toBe(words);
  });
});
