import { isIP } from 'node:net';
import { isPublicIPv4, isPublicIPv6 } from './address.ts';
import { hostnamePattern, isWithin, zoneOf } from './hostname.ts';
import type { Settings } from './schema.ts';

// check finds what is wrong with values that are right by themselves.
export function check(settings: Settings): string[] {
  return [...checkRegions(settings), ...checkNames(settings), ...checkAPI(settings), ...checkFront(settings)];
}

function checkRegions({ regions, edges }: Settings): string[] {
  const wrong: string[] = [];
  const seen = new Map<string, string>();

  for (const [name, edge] of Object.entries(edges)) {
    if (!regions[edge.region]) {
      wrong.push(
        `edges.${name}: There is no region "${edge.region}". Add it to regions, or write one of ${Object.keys(regions).join(', ')}.`,
      );
    }

    for (const address of [edge.ipv4, edge.ipv6]) {
      if (!address) continue;
      const other = seen.get(address);
      if (other) wrong.push(`edges.${name}: ${address} is the address of the edge "${other}", too. Each edge has its own.`);
      seen.set(address, name);
    }
  }

  for (const name of Object.keys(regions)) {
    const own = Object.values(edges).filter((edge) => edge.region === name);
    if (own.length === 0) wrong.push(`regions.${name}: The region has no edge. Add one to edges, or take the region out.`);
  }

  if (!Object.values(edges).some((edge) => edge.enabled)) {
    wrong.push('edges: No edge is enabled, so that visitors reach nothing. Enable one.');
  }

  return wrong;
}

function checkNames({ zones, baseDomain, edgeDomain, api }: Settings): string[] {
  const names = { baseDomain, edgeDomain, 'api.host': api.host };

  const wrong = Object.entries(names)
    .filter(([, hostname]) => !zoneOf(hostname, zones))
    .map(([name, hostname]) => `${name}: "${hostname}" stands in none of the zones. Add its zone to zones, with Cloudflare's id of it.`);

  for (const [name, domain] of Object.entries({ baseDomain, edgeDomain })) {
    if (isWithin(api.host, domain)) {
      wrong.push(`api.host: "${api.host}" stands within ${name}, whose names lead to apps. Choose a name outside of ${domain}.`);
    }
  }

  return wrong;
}

function checkAPI({ api }: Settings): string[] {
  if (isPublicIPv4(api.origin) || isPublicIPv6(api.origin) || (!isIP(api.origin) && hostnamePattern.test(api.origin))) return [];

  return [
    `api.origin: Cloudflare does not reach "${api.origin}". Write a public address, or the hostname of a tunnel (ID.cfargotunnel.com).`,
  ];
}

function checkFront({ front, zones, baseDomain, edgeDomain, api, customHostnames }: Settings): string[] {
  if (front !== 'cloudflare') {
    return customHostnames.length === 0
      ? []
      : [
          'customHostnames: TLS of custom domains ends at the edges. Take them out, or set front to cloudflare, where TLS ends at Cloudflare.',
        ];
  }

  const wrong: string[] = [];

  // The mode of TLS between Cloudflare and what stands behind it is one for a zone: plain HTTP to edges, TLS to the API.
  for (const [name, hostname] of Object.entries({ baseDomain, edgeDomain })) {
    if (zoneOf(hostname, zones) === zoneOf(api.host, zones)) {
      wrong.push(
        `${name}: With front: cloudflare Cloudflare speaks plain HTTP to the edges, and would to the API. Choose a zone that is not the one of api.host.`,
      );
    }
  }

  // A fallback origin belongs to the zone of the custom hostnames.
  if (zoneOf(baseDomain, zones) !== zoneOf(edgeDomain, zones)) {
    wrong.push('edgeDomain: With front: cloudflare it has to stand in the zone of baseDomain, where the custom hostnames are.');
  }

  for (const hostname of customHostnames) {
    const zone = zoneOf(hostname, zones);
    if (zone)
      wrong.push(`customHostnames: "${hostname}" stands in the zone ${zone} of the platform. Custom hostnames are those of customers.`);
  }

  return wrong;
}
