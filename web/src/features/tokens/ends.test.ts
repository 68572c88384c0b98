import { expect, test } from 'vitest';
import { hasEnded, whyNotReplace } from './ends';

test('a token has ended once its time is over, and one without an end never', () => {
  const end = '2026-01-01T00:00:00Z';
  expect(hasEnded({ expires_at: end }, Date.parse(end) - 1)).toBe(false);
  expect(hasEnded({ expires_at: end }, Date.parse(end))).toBe(true);
  expect(hasEnded({}, Date.parse(end))).toBe(false);
});

test('what cannot be replaced says why', () => {
  expect(whyNotReplace(true, false)).toBeUndefined();
  expect(whyNotReplace(true, true)).toContain('Make another one');
  expect(whyNotReplace(false, false)).toContain('who has made it');
});
