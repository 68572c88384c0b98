import { expect, test } from 'vitest';
import { readTyped, typedOf } from './quota-inputs';

test('numbers come back as they were set', () => {
  const set = { builds: 0, memory_bytes: 1.5 * 1024 ** 3, cpu_millis: 2500, log_bytes_per_minute: 64 * 1024 ** 2 };
  expect(typedOf(set)).toEqual({ builds: '0', memory_bytes: '1.5', cpu_millis: '2.5', log_bytes_per_minute: '64' });
  expect(readTyped(typedOf(set))).toEqual({ numbers: set, wrong: {} });
});

test('what is empty is left out', () => {
  expect(readTyped({ builds: ' ', projects: '' })).toEqual({ numbers: {}, wrong: {} });
});

test('what is no number is named', () => {
  const { numbers, wrong } = readTyped({ builds: '1.5', projects: '-1', domains: '1e3', memory_bytes: '9'.repeat(30), instances: '12' });
  expect(numbers).toEqual({ instances: 12 });
  expect(Object.keys(wrong)).toEqual(['builds', 'memory_bytes', 'projects', 'domains']);
});
