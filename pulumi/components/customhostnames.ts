import { CustomHostname } from '@pulumi/cloudflare/customHostname.js';
import { CustomHostnameFallbackOrigin } from '@pulumi/cloudflare/customHostnameFallbackOrigin.js';
import { ZoneSetting } from '@pulumi/cloudflare/zoneSetting.js';
import * as pulumi from '@pulumi/pulumi';
import { zoneId } from '../names.ts';
import type { Settings } from '../settings/schema.ts';

// CustomHostnames have Cloudflare end TLS for customers' domains, which lead to the zone of the edges (Cloudflare for SaaS).
export class CustomHostnames extends pulumi.ComponentResource {
  constructor(name: string, settings: Settings, options?: pulumi.ComponentResourceOptions) {
    super('zeitwork:index:CustomHostnames', name, {}, options);
    const zone = zoneId(settings.edgeDomain, settings);

    // Edges that end no TLS get plain HTTP. The API stands in another zone.
    new ZoneSetting('ssl', { zoneId: zone, settingId: 'ssl', value: 'flexible' }, { parent: this });

    const fallback = new CustomHostnameFallbackOrigin('edges', { zoneId: zone, origin: settings.edgeDomain }, { parent: this });
    for (const hostname of settings.customHostnames) {
      new CustomHostname(
        hostname,
        { zoneId: zone, hostname, ssl: { method: 'http', type: 'dv', settings: { minTlsVersion: '1.2' } } },
        { parent: this, dependsOn: fallback },
      );
    }
    this.registerOutputs({});
  }
}
