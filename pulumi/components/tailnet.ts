import * as pulumi from '@pulumi/pulumi';
import { Acl } from '@pulumi/tailscale/acl.js';
import { DnsPreferences } from '@pulumi/tailscale/dnsPreferences.js';
import { OauthClient } from '@pulumi/tailscale/oauthClient.js';
import { TailnetKey } from '@pulumi/tailscale/tailnetKey.js';
import type { Policy } from '../policy.ts';
import type { Settings } from '../settings/schema.ts';

// Each kind of machine has one tag.
export const kinds = ['control', 'registry', 'node', 'edge', 'builder'] as const;
export type Kind = (typeof kinds)[number];

const days = 24 * 60 * 60;

// Tailnet is the policy, the preferences of DNS, and what machines sign in with: for each kind its own secret, which gives them the tag of the kind and no other.
export class Tailnet extends pulumi.ComponentResource {
  readonly secrets: Record<Kind, pulumi.Output<string>>;

  constructor(name: string, policy: Policy, settings: Settings['tailnet'], options?: pulumi.ComponentResourceOptions) {
    super('zeitwork:index:Tailnet', name, {}, options);

    const acl = new Acl('policy', { acl: policy.text, overwriteExistingContent: settings.overwritePolicy }, { parent: this });
    new DnsPreferences('dns', { magicDns: settings.magicDns }, { parent: this });

    const secret = settings.credentials === 'oauth' ? oauthSecret : authKey;
    // Tailscale refuses a tag that the policy does not have yet.
    const after = { parent: this, dependsOn: acl };
    this.secrets = {
      control: secret('control', policy, after),
      registry: secret('registry', policy, after),
      node: secret('node', policy, after),
      edge: secret('edge', policy, after),
      builder: secret('builder', policy, after),
    };
    this.registerOutputs({});
  }
}

// authKey is for any number of machines. It is made anew once it has expired; machines that are signed in stay so.
function authKey(kind: Kind, policy: Policy, options: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const key = new TailnetKey(
    kind,
    {
      description: `Zeitwork ${kind}`,
      tags: [policy.tag(kind)],
      reusable: true,
      preauthorized: true,
      ephemeral: false,
      expiry: 90 * days,
      recreateIfInvalid: 'always',
    },
    options,
  );

  return pulumi.secret(key.key);
}

// oauthSecret does not expire. Its parameters stand behind it where it is used as an auth key: without them machines would be ephemeral.
function oauthSecret(kind: Kind, policy: Policy, options: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const client = new OauthClient(kind, { description: `Zeitwork ${kind}`, scopes: ['auth_keys'], tags: [policy.tag(kind)] }, options);

  return pulumi.secret(pulumi.interpolate`${client.key}?ephemeral=false&preauthorized=true`);
}
