import { expect, test } from 'vitest';
import { sleepOptions } from './sleep';

test('what is set is among the options, in order', () => {
  expect(sleepOptions(90).map(({ name }) => name)).toEqual([
    'Never',
    'After 5 minutes',
    'After 15 minutes',
    'After 30 minutes',
    'After 1 hour',
    'After 90 minutes',
    'After 4 hours',
    'After 12 hours',
  ]);
  expect(sleepOptions(15)).toHaveLength(7);
  expect(sleepOptions(1)[1]).toEqual({ value: '1', name: 'After 1 minute' });
});
