import { zoneOf } from './settings/hostname.ts';
import type { Settings } from './settings/schema.ts';

// zoneId is Cloudflare's id of the zone that a hostname belongs to.
export function zoneId(hostname: string, { zones }: Settings): string {
  const id = zones[zoneOf(hostname, zones) ?? ''];
  if (!id) throw new Error(`There is no zone for ${hostname}.`);

  return id;
}

// wildcards are the names that lead to edges.
export function wildcards({ baseDomain, edgeDomain }: Settings): string[] {
  return [...new Set([`*.${baseDomain}`, `*.${edgeDomain}`])];
}

// balancerName is the name of the balancer. Behind Spectrum, which has the edge domain, it has one beside.
export function balancerName({ front, edgeDomain }: Settings): string {
  if (front !== 'spectrum') return edgeDomain;

  const [label, ...rest] = edgeDomain.split('.');

  return [`${label}-origin`, ...rest].join('.');
}
