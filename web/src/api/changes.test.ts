import { expect, it } from 'vitest';
import { keysOfChange } from './changes';

it('a change names what is to be fetched again, once', () => {
  expect(keysOfChange({ kinds: ['instances', 'members'] })).toEqual([
    ['get', '/v1/deployments/{deployment_id}'],
    ['get', '/v1/projects'],
    ['get', '/v1/projects/{project_id}'],
    ['get', '/v1/organisations/{organisation_id}/members'],
    ['get', '/v1/organisations'],
  ]);
});

it('what is not understood has everything fetched again', () => {
  expect(keysOfChange({ kinds: ['from the future'] })).toBeUndefined();
  expect(keysOfChange(undefined)).toBeUndefined();
  expect(keysOfChange({})).toBeUndefined();
});
