import { expect, test } from 'vitest';
import { failureOf } from './failure';
import { sampleDeployment } from './sample-deployment';

const of = (about: object) =>
  failureOf(sampleDeployment({ state: 'failed', error: { code: 'invalid', step: 'build', message: '', summary: '', ...about } }));

test('a deployment that has not failed has no failure', () => {
  expect(failureOf(sampleDeployment())).toBeUndefined();
});

test('a failure says what happened, what to do, where, and what was written last', () => {
  expect(of({ summary: 'It failed.', hint: 'Do this.', file: 'Dockerfile', line: 3, output: ['x'] })).toEqual({
    summary: 'It failed.',
    hint: 'Do this.',
    file: 'Dockerfile:3',
    output: ['x'],
    ours: false,
  });
});

test('a failure of the platform is said to be one', () => {
  expect(of({ summary: 'The registry is away.', code: 'unavailable' })?.ours).toBe(true);
});

test('hostile messages stay bounded, and none is empty', () => {
  expect(of({})?.summary).not.toBe('');
  expect(of({ summary: 'x'.repeat(10_000) })?.summary).toHaveLength(601);
});
