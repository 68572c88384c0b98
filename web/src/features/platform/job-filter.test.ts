import { expect, test } from 'vitest';
import { readJobFilter } from './job-filter';

test('filters of an address are taken', () => {
  expect(readJobFilter({ state: 'retryable', queue: 'builds' })).toEqual({ state: 'retryable', queue: 'builds' });
});

test('what is no filter is passed over', () => {
  expect(readJobFilter({ state: 'all', queue: 7, other: 'x' })).toEqual({});
  expect(readJobFilter({ state: ['running'], queue: 'q'.repeat(101) })).toEqual({});
  expect(readJobFilter({ state: 'nonsense', queue: '' })).toEqual({});
});
