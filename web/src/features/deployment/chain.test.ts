import { expect, test } from 'vitest';
import { chainOf, placeInQueue } from './chain';
import { sampleAttempt, sampleDeployment } from './sample-deployment';

const states = (...args: Parameters<typeof chainOf>) => chainOf(...args).map((step) => `${step.name} ${step.state}`);

test('steps that did not run yet are to come; the release command is one only where the project has it', () => {
  const deployment = sampleDeployment({
    state: 'deploying',
    step: 'detect',
    timeline: [sampleAttempt('clone'), sampleAttempt('detect', { state: 'running' })],
  });
  expect(states(deployment, false)).toEqual([
    'clone succeeded',
    'detect running',
    'build waiting',
    'push waiting',
    'schedule waiting',
    'health_check waiting',
    'flip_route waiting',
  ]);
  expect(states(deployment, true)).toContain('release waiting');
});

test('a deployment that ended leaves the rest undone, and no step runs any more', () => {
  const timeline = [sampleAttempt('clone'), sampleAttempt('detect', { state: 'running', ended_at: undefined })];
  expect(states(sampleDeployment({ state: 'cancelled', timeline }), false).slice(1, 3)).toEqual(['detect cancelled', 'build never']);
  expect(states(sampleDeployment({ state: 'failed', timeline }), false)[1]).toBe('detect failed');
});

test('a rollback needs no image to be made', () => {
  const deployment = sampleDeployment({ state: 'live', trigger: 'rollback', timeline: [sampleAttempt('schedule')] });
  expect(states(deployment, true)).toEqual([
    'clone left out',
    'detect left out',
    'build left out',
    'push left out',
    'schedule succeeded',
    'health_check never',
    'flip_route never',
  ]);
});

test('attempts of one step stand together, the last of them says how it is', () => {
  const timeline = [sampleAttempt('clone', { state: 'retrying' }), sampleAttempt('clone', { attempt: 2 })];
  const [clone] = chainOf(sampleDeployment({ timeline }), false);
  expect(clone).toMatchObject({ state: 'succeeded', attempts: [{ attempt: 1 }, { attempt: 2 }] });
});

test('a place in a queue is a sentence', () => {
  expect(placeInQueue(undefined)).toBe('');
  expect(placeInQueue({ queue: 'builds', position: 3, length: 5, others_before: false })).toBe(
    "Number 3 of 5 in your organisation's builds.",
  );
  expect(placeInQueue({ queue: 'quota', position: 1, length: 9, others_before: false })).toContain('Next of 9');
  expect(placeInQueue({ queue: 'builds', position: 1, length: 1, others_before: false })).toBe("Next in your organisation's builds.");
  expect(placeInQueue({ queue: 'deploy_build', position: 1, length: 2, others_before: true })).toBe('');
});
