import { expect, test } from 'vitest';
import type { Schemas } from '@/api/client';
import { inputsOf, readInputs } from './node-inputs';

const node = {
  max_cpu_millis: 16_000,
  max_memory_bytes: 64 * 1024 ** 3,
  reserved_memory_bytes: 1024 ** 3,
  cpu_overcommit: 4,
  labels: { rack: 'r1', maker: 'acme' },
} as unknown as Schemas['Node'];

test('what a node has comes back as it is, and changes nothing', () => {
  expect(inputsOf(node)).toEqual({ processors: '16', memory: '64', reserve: '1', overcommit: '4', rack: 'r1', labels: 'maker=acme' });
  expect(readInputs(inputsOf(node), node)).toEqual({ update: {}, wrong: {} });
  expect(inputsOf({ ...node, max_memory_bytes: undefined } as never).memory).toBe('');
});

test('only what was changed is sent, and labels all together', () => {
  const typed = { ...inputsOf(node), memory: '128', overcommit: '1.5', rack: '', labels: 'maker=acme\n\n disk = fast ' };
  expect(readInputs(typed, node)).toEqual({
    update: { max_memory_bytes: 128 * 1024 ** 3, cpu_overcommit: 1.5, labels: { maker: 'acme', disk: 'fast' } },
    wrong: {},
  });
});

test('what is wrong is named', () => {
  const typed = { processors: '0', memory: 'much', reserve: '-1', overcommit: '200', rack: 'r1', labels: 'rack=r2' };
  expect(Object.keys(readInputs(typed, node).wrong).toSorted()).toEqual(['labels', 'memory', 'overcommit', 'processors', 'reserve']);
  expect(readInputs({ ...inputsOf(node), labels: 'maker' }, node).wrong.labels).toContain('“maker” is none');
});
