import type { Schemas } from '@/api/client';
import { whole } from './numbers';

/** Values are what the form of a project's instances holds: where they run, how many in all, and how many in each region, by fieldOfRegion. */
export type InstancesValues = Record<string, string> & { where: string; instances: string };

/** fieldOfRegion is the name of the input of a region. */
export const fieldOfRegion = (region: string) => `in_${region}`;

/** regionsToOffer is the regions that the project names, in its order, and then all others. */
export function regionsToOffer(project: Schemas['Project'], regions: Schemas['Region'][]): Schemas['Region'][] {
  const named = (project.regions ?? []).map(({ region }) => regions.find(({ name }) => name === region) ?? { name: region, ready: false });
  return [...named, ...regions.filter(({ name }) => !named.some((other) => other.name === name))];
}

/** valuesOf is what the platform has now. */
export function valuesOf(project: Schemas['Project'], offered: Schemas['Region'][]): InstancesValues {
  const named = project.regions ?? [];
  const counts = offered.map(({ name }) => [fieldOfRegion(name), String(named.find(({ region }) => region === name)?.instances ?? '')]);
  return { ...Object.fromEntries(counts), where: named.length > 0 ? 'regions' : 'anywhere', instances: String(project.instances ?? 1) };
}

/** bodyOf makes the body of a request of what was typed. */
export function bodyOf(values: InstancesValues, offered: Schemas['Region'][]): Schemas['ProjectUpdate'] {
  if (values.where !== 'regions') return { instances: whole(values.instances), regions: [] };

  const regions = offered.map(({ name }) => ({ region: name, instances: whole(values[fieldOfRegion(name)] ?? '') }));
  return { regions: regions.filter(({ instances }) => instances !== 0) };
}

/** checkAnyRegion is the rule that some region has an instance. */
export function checkAnyRegion(values: InstancesValues, offered: Schemas['Region'][]): true | string {
  const isAny = values.where !== 'regions' || (bodyOf(values, offered).regions ?? []).length > 0;
  return isAny || 'Give at least one region an instance.';
}
