import { expect, test } from 'vitest';
import type { Schemas } from '@/api/client';
import { detectionResultQuery } from './github';

const { refetchInterval } = detectionResultQuery('d');
const detection = (state: Schemas['Detection']['state']) => ({ state }) as Schemas['Detection'];

test('a detection is asked for until it has ended', () => {
  expect(refetchInterval({ state: { status: 'pending' } })).toBe(300);
  expect(refetchInterval({ state: { status: 'success', data: detection('queued') } })).toBe(300);
  expect(refetchInterval({ state: { status: 'success', data: detection('succeeded') } })).toBe(false);
});

test('a detection that is refused is not asked for again', () => {
  expect(refetchInterval({ state: { status: 'error' } })).toBe(false);
  expect(refetchInterval({ state: { status: 'error', data: detection('queued') } })).toBe(false);
});
