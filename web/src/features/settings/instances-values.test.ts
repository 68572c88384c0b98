import { expect, test } from 'vitest';
import type { Schemas } from '@/api/client';
import { bodyOf, checkAnyRegion, regionsToOffer, valuesOf } from './instances-values';
import { differences } from './use-settings-form';

const known = [
  { name: 'ap', ready: true },
  { name: 'eu', ready: true },
  { name: 'us', ready: false },
];
const project = (settings: Partial<Schemas['Project']>) => ({ instances: 3, ...settings }) as Schemas['Project'];
const named = project({
  regions: [
    { region: 'us', instances: 1 },
    { region: 'mars', instances: 2 },
  ],
});

test('the regions of the project come first, one that is gone among them', () => {
  expect(regionsToOffer(named, known).map(({ name, ready }) => `${name} ${ready}`)).toEqual([
    'us false',
    'mars false',
    'ap true',
    'eu true',
  ]);
});

test('a form that nobody has changed asks for nothing', () => {
  for (const each of [named, project({})]) {
    const offered = regionsToOffer(each, known);
    const body = bodyOf(valuesOf(each, offered), offered);
    expect(differences(body, bodyOf(valuesOf(each, offered), offered))).toEqual({});
  }
});

test('regions are asked for in the order of the inputs, those without instances left out', () => {
  const values = { ...valuesOf(project({}), known), where: 'regions', in_eu: '2', in_us: '0', in_ap: '' };
  expect(bodyOf(values, known)).toEqual({ regions: [{ region: 'eu', instances: 2 }] });
  expect(checkAnyRegion(values, known)).toBe(true);
  expect(checkAnyRegion({ ...values, in_eu: '' }, known)).toBe('Give at least one region an instance.');
});

test('instances that run wherever there is room name no regions', () => {
  const offered = regionsToOffer(named, known);
  expect(bodyOf({ ...valuesOf(named, offered), where: 'anywhere' }, offered)).toEqual({ instances: 3, regions: [] });
});
