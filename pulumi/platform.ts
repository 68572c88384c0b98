import { getIpRangesOutput } from '@pulumi/cloudflare/getIpRanges.js';
import * as pulumi from '@pulumi/pulumi';
import { CustomHostnames } from './components/customhostnames.ts';
import { EdgeBalancer } from './components/edgebalancer.ts';
import { Records } from './components/records.ts';
import { RegistryStorage } from './components/registrystorage.ts';
import { Spectrum } from './components/spectrum.ts';
import { type Kind, Tailnet } from './components/tailnet.ts';
import { environments, format, registryEnvironment } from './environment.ts';
import { balancerName } from './names.ts';
import { Policy } from './policy.ts';
import type { Settings } from './settings/schema.ts';

export interface Outputs {
  // environment has the text of each file of settings, by its name.
  environment: pulumi.Output<Record<string, string>>;
  // authKeys are what machines sign in to the tailnet with.
  authKeys: Record<Kind, pulumi.Output<string>>;
}

// platform makes all resources of a platform.
export function platform(settings: Settings): Outputs {
  const policy = new Policy();
  const tailnet = new Tailnet('tailnet', policy, settings.tailnet);

  const balancer = new EdgeBalancer('edges', balancerName(settings), settings);
  if (settings.front === 'spectrum')
    new Spectrum('spectrum', settings.edgeDomain, balancerName(settings), settings, { dependsOn: balancer });
  if (settings.front === 'cloudflare') new CustomHostnames('custom-hostnames', settings, { dependsOn: balancer });

  new Records('records', settings);
  new RegistryStorage('registry', settings);

  return { environment: cloudflareNetworks(settings).apply((networks) => files(settings, policy, networks)), authKeys: tailnet.secrets };
}

function files(settings: Settings, policy: Policy, networks: string[]): Record<string, string> {
  const all = { ...environments(settings, policy, networks), registry: registryEnvironment(settings) };

  return Object.fromEntries(Object.entries(all).map(([name, environment]) => [`${name}.env`, format(environment)]));
}

// cloudflareNetworks are the addresses that Spectrum connects from.
function cloudflareNetworks({ front }: Settings): pulumi.Output<string[]> {
  if (front !== 'spectrum') return pulumi.output([]);

  return getIpRangesOutput({}).apply(({ ipv4Cidrs, ipv6Cidrs }) => [...ipv4Cidrs, ...ipv6Cidrs]);
}
