import { SpectrumApplication } from '@pulumi/cloudflare/spectrumApplication.js';
import * as pulumi from '@pulumi/pulumi';
import { zoneId } from '../names.ts';
import type { Settings } from '../settings/schema.ts';
import { ports } from './edgebalancer.ts';

// Spectrum takes visitors' connections at Cloudflare's anycast addresses and passes them on to the balancer's edges, with a PROXY header and without touching TLS.
export class Spectrum extends pulumi.ComponentResource {
  constructor(name: string, hostname: string, origin: string, settings: Settings, options?: pulumi.ComponentResourceOptions) {
    super('zeitwork:index:Spectrum', name, {}, options);

    for (const [scheme, port] of Object.entries(ports)) {
      new SpectrumApplication(
        scheme,
        {
          zoneId: zoneId(hostname, settings),
          protocol: `tcp/${port}`,
          dns: { type: 'CNAME', name: hostname },
          originDns: { name: origin, type: '', ttl: 30 },
          originPort: port,
          trafficType: 'direct',
          tls: 'off',
          // TCP has version 1 alone.
          proxyProtocol: 'v1',
          edgeIps: { type: 'dynamic', connectivity: 'all' },
          ipFirewall: false,
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
