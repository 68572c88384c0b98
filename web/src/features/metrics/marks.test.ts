import { expect, test } from 'vitest';
import { marksOf, nameOf } from './marks';

const deployment = (id: string, seconds: number, commit?: string) => ({
  id,
  environment_id: 'e',
  state: 'live' as const,
  live_at: new Date(seconds * 1000).toISOString(),
  ...(commit ? { commit_sha: commit } : {}),
});

const range = { from: 1000, to: 2000 };

test('a deployment stands where it went live', () => {
  expect(marksOf([deployment('a', 1250)], range, 0.1)).toMatchObject([{ share: 0.25, others: 0, deployment: { id: 'a' } }]);
});

test('deployments outside the range, or of an unreadable time, have no mark', () => {
  expect(marksOf([deployment('a', 999), deployment('b', 2001), { ...deployment('c', 1500), live_at: 'soon' }], range, 0.1)).toEqual([]);
});

test('deployments too close to be told apart are one mark, at the newest of them', () => {
  const marks = marksOf(
    [deployment('old', 1100), deployment('newer', 1150), deployment('newest', 1180), deployment('late', 1900)],
    range,
    0.1,
  );
  expect(marks.map(({ deployment: { id }, others }) => [id, others])).toEqual([
    ['late', 0],
    ['newest', 2],
  ]);
});

test('a deployment is called by its commit, and by its id where it has none', () => {
  expect(nameOf(deployment('0193756a-0000-7000-8000-00000000abcd', 1, '4f1a2b3c4d5e'))).toBe('4f1a2b3');
  expect(nameOf(deployment('0193756a-0000-7000-8000-00000000abcd', 1))).toBe('0000abcd');
});
