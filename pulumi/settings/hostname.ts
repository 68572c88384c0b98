const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';

export const labelPattern = new RegExp(`^${label}$`);
export const hostnamePattern = new RegExp(`^(?=.{1,253}$)(${label}\\.)+[a-z][a-z0-9-]*[a-z0-9]$`);

// isWithin tells whether a hostname is the domain or stands below it.
export function isWithin(hostname: string, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`);
}

// zoneOf is the smallest of the zones that a hostname belongs to.
export function zoneOf(hostname: string, zones: Record<string, string>): string | undefined {
  return Object.keys(zones)
    .filter((zone) => isWithin(hostname, zone))
    .sort((a, b) => b.length - a.length)[0];
}
