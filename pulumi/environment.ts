import { ports } from './components/edgebalancer.ts';
import type { Policy } from './policy.ts';
import type { Settings } from './settings/schema.ts';

// Environment has the settings of one process.
export type Environment = Record<string, string>;

// environments are the settings that follow from the configuration of the infrastructure, by the names of the files that processes read them from: one for each
// service, and one for each edge and builder. What is secret, as tokens and keys, is not among them.
export function environments(settings: Settings, policy: Policy, cloudflareNetworks: string[]): Record<string, Environment> {
  const registry = { ZEITWORK_REGISTRY_HOST: settings.registry.host };
  const api = `https://${settings.api.host}`;
  // Nodes and edges may reach the API inside of the tailnet.
  const machine = { ZEITWORK_API_URL: settings.api.internalUrl ?? api };
  const domains = { ZEITWORK_EDGE_DOMAIN: settings.edgeDomain, ZEITWORK_EDGE_URL: 'https:' };

  const files: Record<string, Environment> = {
    api: {
      ...registry,
      ...domains,
      ZEITWORK_PUBLIC_URL: api,
      ZEITWORK_BASE_DOMAIN: settings.baseDomain,
      ZEITWORK_RESERVED_DOMAINS: Object.keys(settings.zones).join(','),
      ZEITWORK_CLUSTER_RANGE: policy.clusterRange,
    },
    worker: { ...registry, ...domains, ZEITWORK_DASHBOARD_URL: api, ...builders(settings, policy), ...acme(settings) },
    nodeagent: {
      ...registry,
      ...machine,
      ZEITWORK_NODE_TAILSCALED: '/run/tailscale/tailscaled.sock',
      // VMs never ask the name server of a tailnet.
      ZEITWORK_VM_NAMESERVERS: settings.nameservers.join(','),
    },
  };

  for (const [name, edge] of Object.entries(settings.edges)) {
    files[`edgeproxy.${name}`] = { ...machine, ZEITWORK_EDGE_REGION: edge.region, ...front(settings, cloudflareNetworks) };
  }

  for (const [name, address] of Object.entries(settings.builders)) {
    files[`builder.${name}`] = { ...registry, ZEITWORK_BUILDER_LISTEN: `tcp://${address}:${policy.builderPort}` };
  }

  return files;
}

function builders({ builders }: Settings, policy: Policy): Environment {
  const addresses = Object.values(builders).map((address) => `tcp://${address}:${policy.builderPort}`);

  return addresses.length > 0 ? { ZEITWORK_BUILDKIT_ADDRESS: addresses.join(',') } : {};
}

function acme({ front, acme: { directory, contact } }: Settings): Environment {
  if (front === 'cloudflare') return {};

  return { ZEITWORK_ACME_DIRECTORY: directory, ...(contact ? { ZEITWORK_ACME_CONTACT: contact } : {}) };
}

// front says where an edge listens and whom it believes about visitors.
function front({ front }: Settings, cloudflareNetworks: string[]): Environment {
  const http = { ZEITWORK_EDGE_LISTEN: `:${ports.http}` };

  switch (front) {
    case 'cloudflare':
      return { ...http, ZEITWORK_EDGE_CLOUDFLARE: 'true' };
    case 'spectrum':
      return { ...http, ZEITWORK_EDGE_TLS_LISTEN: `:${ports.https}`, ZEITWORK_EDGE_PROXY_PROTOCOL: cloudflareNetworks.join(',') };
    case 'dns':
      return { ...http, ZEITWORK_EDGE_TLS_LISTEN: `:${ports.https}` };
  }
}

// registryEnvironment has the settings of a registry for its storage; the keys of the bucket are not among them. Distribution has to be told to address buckets
// by path; GitLab's registry does so wherever an endpoint is given, and takes no notice of that variable.
export function registryEnvironment({ accountId, registry: { storage } }: Settings): Environment {
  const common = { REGISTRY_STORAGE: 's3', REGISTRY_STORAGE_S3_BUCKET: storage.bucket, REGISTRY_STORAGE_DELETE_ENABLED: 'true' };
  if (storage.kind === 's3') {
    return {
      ...common,
      REGISTRY_STORAGE_S3_REGION: storage.region,
      ...(storage.endpoint ? { REGISTRY_STORAGE_S3_REGIONENDPOINT: storage.endpoint, REGISTRY_STORAGE_S3_FORCEPATHSTYLE: 'true' } : {}),
    };
  }

  const place = storage.jurisdiction === 'default' ? '' : `.${storage.jurisdiction}`;

  return {
    ...common,
    REGISTRY_STORAGE_S3_REGION: 'auto',
    REGISTRY_STORAGE_S3_REGIONENDPOINT: `https://${accountId}${place}.r2.cloudflarestorage.com`,
    REGISTRY_STORAGE_S3_FORCEPATHSTYLE: 'true',
  };
}

// format writes an environment as systemd and docker read it.
export function format(environment: Environment): string {
  return Object.entries(environment)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
