import { expect, test } from 'vitest';
import { mainAction, whyNot } from './actions';
import { sampleDeployment } from './sample-deployment';

test('what is most likely wanted has a button of its own', () => {
  const of = (state: 'queued' | 'failed' | 'live' | 'retired') => mainAction(sampleDeployment({ state }));
  expect([of('queued'), of('failed'), of('live'), of('retired')]).toEqual(['cancel', 'redeploy', 'redeploy', 'rollback']);
});

test('what is not possible has a reason, even where the platform gives none', () => {
  expect(whyNot({ action: 'rollback', allowed: false, reason: 'Its image was collected.', effect: '' })).toBe('Its image was collected.');
  expect(whyNot({ action: 'rollback', allowed: false, effect: '' })).not.toBe('');
  expect(whyNot({ action: 'redeploy', allowed: true, effect: '' })).toBe('');
});
