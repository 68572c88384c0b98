import { LoadBalancer } from '@pulumi/cloudflare/loadBalancer.js';
import { LoadBalancerMonitor } from '@pulumi/cloudflare/loadBalancerMonitor.js';
import { LoadBalancerPool } from '@pulumi/cloudflare/loadBalancerPool.js';
import * as pulumi from '@pulumi/pulumi';
import { zoneId } from '../names.ts';
import type { Edge, Settings } from '../settings/schema.ts';

// ports are those of an edge that the internet reaches.
export const ports = { http: 80, https: 443 } as const;

// EdgeBalancer gives a hostname the addresses of the healthy edges of the region that is nearest to a visitor: a pool for each region, looked at by one monitor.
export class EdgeBalancer extends pulumi.ComponentResource {
  constructor(name: string, hostname: string, settings: Settings, options?: pulumi.ComponentResourceOptions) {
    super('zeitwork:index:EdgeBalancer', name, {}, options);
    const { accountId, front } = settings;
    const proxied = front === 'cloudflare';

    const monitor = new LoadBalancerMonitor('edges', { accountId, ...check(settings) }, { parent: this });
    const pools = Object.entries(settings.regions).map(
      ([region, { latitude, longitude }]) =>
        new LoadBalancerPool(
          region,
          {
            accountId,
            name: `zeitwork-${region}`,
            latitude,
            longitude,
            monitor: monitor.id,
            minimumOrigins: 1,
            origins: origins(region, settings),
          },
          { parent: this },
        ),
    );

    const ids = pools.map((pool) => pool.id);
    new LoadBalancer(
      'edges',
      {
        zoneId: zoneId(hostname, settings),
        name: hostname,
        proxied,
        // Cloudflare decides on the time to live of what it stands in front of.
        ...(proxied ? {} : { ttl: 30 }),
        steeringPolicy: 'proximity',
        // What is near a visitor and not near their name server.
        locationStrategy: { mode: 'resolver_ip', preferEcs: 'always' },
        defaultPools: ids,
        // Visitors are sent there where no region is healthy.
        fallbackPool: pulumi.output(ids).apply(([first]) => first ?? ''),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

// check asks edges as a balancer should: one that is stopping answers with 503 before it takes no connections any more. Behind Spectrum edges take no connection of
// Cloudflare's without a PROXY header, and monitors write none: they look whether the port is open.
function check({ front }: Settings) {
  const often = { interval: 60, timeout: 5, retries: 1 };
  if (front === 'spectrum') return { ...often, type: 'tcp', port: ports.https };

  return {
    ...often,
    type: 'http',
    port: ports.http,
    method: 'GET',
    path: '/.zeitwork/health',
    expectedCodes: '200',
    followRedirects: false,
  };
}

function origins(region: string, { edges }: Settings) {
  return Object.entries(edges)
    .filter(([, edge]) => edge.region === region)
    .flatMap(([name, edge]) =>
      addresses(edge).map(({ address, suffix }) => ({ name: name + suffix, address, enabled: edge.enabled, weight: 1 })),
    );
}

function addresses({ ipv4, ipv6 }: Edge): { address: string; suffix: string }[] {
  return [{ address: ipv4, suffix: '' }, ...(ipv6 ? [{ address: ipv6, suffix: '-ipv6' }] : [])];
}
