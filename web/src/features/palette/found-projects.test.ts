import { expect, test } from 'vitest';
import { searchOf } from './found-projects';

test.each([
  ['shop', 'shop'],
  ['shop logs', 'shop'],
  ['shop › Settings › Variables', 'shop'],
  ['  Ärger  front ', 'Ärger front'],
  ['logs', 'logs'],
  ['', ''],
  ['x'.repeat(500), 'x'.repeat(200)],
])('of %j the platform is asked for %j', (typed, search) => {
  expect(searchOf(typed)).toBe(search);
});
