import { isIP } from 'node:net';
import { DnsRecord } from '@pulumi/cloudflare/dnsRecord.js';
import * as pulumi from '@pulumi/pulumi';
import { wildcards, zoneId } from '../names.ts';
import type { Settings } from '../settings/schema.ts';

// Cloudflare's word for a time to live that it decides on.
const automatic = 1;

// Records lead every name of apps and of customers' CNAME records to the edges, and the name of dashboard and API through Cloudflare to the control plane, whose
// own address stands in no answer.
export class Records extends pulumi.ComponentResource {
  constructor(name: string, settings: Settings, options?: pulumi.ComponentResourceOptions) {
    super('zeitwork:index:Records', name, {}, options);
    const proxied = settings.front === 'cloudflare';

    for (const wildcard of wildcards(settings)) {
      new DnsRecord(
        wildcard,
        {
          zoneId: zoneId(wildcard, settings),
          name: wildcard,
          type: 'CNAME',
          content: settings.edgeDomain,
          proxied,
          ttl: proxied ? automatic : 300,
          comment: 'Zeitwork: names of apps',
        },
        { parent: this },
      );
    }

    const { host, origin } = settings.api;
    const types: Record<number, string> = { 4: 'A', 6: 'AAAA' };
    new DnsRecord(
      host,
      {
        zoneId: zoneId(host, settings),
        name: host,
        type: types[isIP(origin)] ?? 'CNAME',
        content: origin,
        proxied: true,
        ttl: automatic,
        comment: 'Zeitwork: dashboard and API',
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
