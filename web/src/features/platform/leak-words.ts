import type { Schemas } from '@/api/client';

type Kind = Schemas['Leak']['kind'];

/** leakNames are the kinds of what can leak, of one and of several. */
export const leakNames: Record<Kind, { one: string; several: string }> = {
  vm: { one: 'VM', several: 'VMs' },
  address: { one: 'Address', several: 'Addresses' },
  image: { one: 'Image', several: 'Images' },
  snapshot: { one: 'Snapshot', several: 'Snapshots' },
};

/** leakKinds are the kinds in the order in which they are shown. */
export const leakKinds = Object.keys(leakNames) as Kind[];

/** placeName is how a place is called where is looked for leaks. */
export function placeName(place: { node_name?: string }): string {
  return place.node_name ? `Node ${place.node_name}` : 'The platform';
}
