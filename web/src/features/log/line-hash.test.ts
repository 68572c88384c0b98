import { expect, test } from 'vitest';
import { lineHash, parseLineHash } from './line-hash';

test('lines and ranges of lines go into an address and back', () => {
  expect(lineHash({ first: 12, last: 12 })).toBe('L12');
  expect(parseLineHash('#L12')).toEqual({ first: 12, last: 12 });
  expect(parseLineHash('L20-L12')).toEqual({ first: 12, last: 20 });
  expect(parseLineHash(lineHash({ first: 3, last: 9 }))).toEqual({ first: 3, last: 9 });
});

test('anything else names no lines', () => {
  for (const hash of ['', 'L', 'L0', 'L1x', '#timeline', 'L99999999999', '<b>']) expect(parseLineHash(hash)).toBeUndefined();
});
