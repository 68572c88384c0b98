import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { isPublicIPv4, isPublicIPv6 } from './settings/address.ts';
import { example, fronts, type Values } from './testing/configuration.ts';
import { type Graph, graph, of, type Resource } from './testing/graph.ts';

const names = (resources: Resource[]) => resources.map(({ name }) => name).sort();
const one = (found: Graph, type: string, name: string): Values => {
  const resource = of(found, type).find((candidate) => candidate.name === name);
  assert.ok(resource, `There is no ${type} ${name}.`);

  return resource.inputs;
};

for (const [front, changes] of Object.entries(fronts)) {
  test(`${front}: the example makes exactly its resources, each with a name of its own`, async () => {
    const { resources } = await graph(changes);
    const custom = resources.filter((resource) => resource.custom).map(({ type, name }) => `${type.split(':').at(-1)} ${name}`);

    assert.equal(new Set(resources.map(({ type, name }) => `${type} ${name}`)).size, resources.length);
    const common = [
      'Acl policy',
      'DnsPreferences dns',
      ...['builder', 'control', 'edge', 'node', 'registry'].map((kind) => `TailnetKey ${kind}`),
      'LoadBalancer edges',
      'LoadBalancerMonitor edges',
      'LoadBalancerPool ash',
      'LoadBalancerPool fsn',
      'DnsRecord dash.zeitwork.com',
      'R2Bucket registry',
      'R2BucketLifecycle registry',
    ];
    const own: Record<string, string[]> = {
      dns: ['DnsRecord *.edge.zeitwork.com', 'DnsRecord *.zeitwork.app'],
      spectrum: ['DnsRecord *.edge.zeitwork.com', 'DnsRecord *.zeitwork.app', 'SpectrumApplication http', 'SpectrumApplication https'],
      cloudflare: [
        'DnsRecord *.apps.zeitwork.app',
        'DnsRecord *.edge.zeitwork.app',
        'ZoneSetting ssl',
        'CustomHostname shop.example.net',
        'CustomHostnameFallbackOrigin edges',
      ],
    };
    assert.deepEqual(custom.sort(), [...common, ...(own[front] ?? [])].sort());
  });

  test(`${front}: the DNS has addresses of edges, and no others`, async () => {
    const found = await graph(changes);
    const edges = Object.values(example().edges as Record<string, { ipv4: string; ipv6?: string }>).flatMap(({ ipv4, ipv6 }) => [
      ipv4,
      ipv6,
    ]);

    for (const pool of of(found, 'LoadBalancerPool')) {
      for (const { address } of pool.inputs.origins as { address: string }[]) {
        assert.ok(edges.includes(address), address);
        assert.ok(isPublicIPv4(address) || isPublicIPv6(address), address);
      }
    }

    // What Cloudflare does not stand in front of leads to the edges' balancer.
    for (const { inputs } of of(found, 'DnsRecord').filter(({ inputs }) => !inputs.proxied)) {
      assert.equal(inputs.type, 'CNAME');
      assert.equal(inputs.content, 'edge.zeitwork.com');
    }
  });

  test(`${front}: the settings of processes are those of example/${front}.env`, async () => {
    const { environment } = await graph(changes);
    const text = Object.entries(environment)
      .map(([name, content]) => `# ${name}\n${content}`)
      .join('\n');

    const file = new URL(`example/${front}.env`, import.meta.url);
    if (process.env.UPDATE || !existsSync(file)) writeFileSync(file, text);
    assert.equal(readFileSync(file, 'utf8'), text, 'Look at the difference, and write the file again with UPDATE=1.');
  });
}

test('the policy of policy.json is the tailnet’s, and takes the place of another one only where that is said', async () => {
  const text = readFileSync(new URL('policy.json', import.meta.url), 'utf8');
  assert.deepEqual(one(await graph(), 'Acl', 'policy'), { acl: text, overwriteExistingContent: false });

  const found = await graph({ tailnet: { overwritePolicy: true } });
  assert.equal(one(found, 'Acl', 'policy').overwriteExistingContent, true);
});

test('machines sign in with one tag of the policy each', async () => {
  const found = await graph();
  const { tagOwners } = JSON.parse(readFileSync(new URL('policy.json', import.meta.url), 'utf8')) as { tagOwners: Values };

  assert.deepEqual(
    of(found, 'TailnetKey')
      .flatMap(({ inputs }) => inputs.tags)
      .sort(),
    Object.keys(tagOwners).sort(),
  );
  for (const { name, inputs } of of(found, 'TailnetKey')) {
    assert.deepEqual(inputs.tags, [`tag:zeitwork-${name}`]);
    assert.equal(inputs.ephemeral, false, 'A machine that was away for a while has to keep its address.');
  }
  assert.equal(found.authKeys.edge, 'secret-of-edge');
});

test('OAuth clients may do nothing but make auth keys of their tag', async () => {
  const found = await graph({ tailnet: { credentials: 'oauth' } });

  assert.deepEqual(of(found, 'TailnetKey'), []);
  for (const { name, inputs } of of(found, 'OauthClient')) {
    assert.deepEqual(inputs, { description: `Zeitwork ${name}`, scopes: ['auth_keys'], tags: [`tag:zeitwork-${name}`] });
  }
  assert.equal(found.authKeys.node, 'secret-of-node?ephemeral=false&preauthorized=true');
});

test('a region is a pool with its place and its edges, which are asked on the port and path of health checks', async () => {
  const found = await graph();
  const { origins, ...pool } = one(found, 'LoadBalancerPool', 'fsn');

  assert.deepEqual(pool, {
    accountId: '0123456789abcdef0123456789abcdef',
    name: 'zeitwork-fsn',
    latitude: 50.48,
    longitude: 12.37,
    monitor: 'id-of-edges',
    minimumOrigins: 1,
  });
  assert.deepEqual(origins, [
    { name: 'fsn-1', address: '192.0.2.11', enabled: true, weight: 1 },
    { name: 'fsn-1-ipv6', address: '2001:db8:1::11', enabled: true, weight: 1 },
    { name: 'fsn-2', address: '192.0.2.12', enabled: true, weight: 1 },
  ]);

  const { type, port, path, expectedCodes } = one(found, 'LoadBalancerMonitor', 'edges');
  assert.deepEqual({ type, port, path, expectedCodes }, { type: 'http', port: 80, path: '/.zeitwork/health', expectedCodes: '200' });
});

test('an edge that is not enabled stays in its pool without visitors', async () => {
  const edges = { ...(example().edges as Values), 'fsn-2': { region: 'fsn', ipv4: '192.0.2.12', enabled: false } };
  const origins = one(await graph({ edges }), 'LoadBalancerPool', 'fsn').origins as { name: string; enabled: boolean }[];

  assert.deepEqual(
    origins.filter(({ enabled }) => !enabled).map(({ name }) => name),
    ['fsn-2'],
  );
});

test('a line of configuration adds a region, and another one its edge', async () => {
  const changes = {
    regions: { ...(example().regions as Values), sin: { latitude: 1.29, longitude: 103.85 } },
    edges: { ...(example().edges as Values), 'sin-1': { region: 'sin', ipv4: '203.0.113.77' } },
  };
  const found = await graph(changes);

  assert.deepEqual(names(of(found, 'LoadBalancerPool')), ['ash', 'fsn', 'sin']);
  assert.deepEqual(one(found, 'LoadBalancer', 'edges').defaultPools, ['id-of-fsn', 'id-of-ash', 'id-of-sin']);
  assert.match(found.environment['edgeproxy.sin-1.env'] ?? '', /^ZEITWORK_EDGE_REGION=sin$/m);
});

test('dns: visitors get addresses of the nearest region, and TLS ends at the edges', async () => {
  const { zoneId, name, proxied, steeringPolicy, ttl } = one(await graph(), 'LoadBalancer', 'edges');

  assert.deepEqual(
    { zoneId, name, proxied, steeringPolicy, ttl },
    {
      zoneId: '1123456789abcdef0123456789abcdef',
      name: 'edge.zeitwork.com',
      proxied: false,
      steeringPolicy: 'proximity',
      ttl: 30,
    },
  );
});

test('spectrum: connections are passed on untouched, with a PROXY header, to a balancer beside', async () => {
  const found = await graph(fronts.spectrum);
  assert.equal(one(found, 'LoadBalancer', 'edges').name, 'edge-origin.zeitwork.com');

  for (const [name, port] of [
    ['http', 80],
    ['https', 443],
  ] as const) {
    const { protocol, dns, originDns, originPort, tls, trafficType, proxyProtocol } = one(found, 'SpectrumApplication', name);
    assert.deepEqual(
      { protocol, originPort, tls, trafficType, proxyProtocol },
      {
        protocol: `tcp/${port}`,
        originPort: port,
        tls: 'off',
        trafficType: 'direct',
        proxyProtocol: 'v1',
      },
    );
    assert.deepEqual(
      [dns, originDns],
      [
        { type: 'CNAME', name: 'edge.zeitwork.com' },
        { name: 'edge-origin.zeitwork.com', type: '', ttl: 30 },
      ],
    );
  }

  // An edge takes no HTTP from Cloudflare's addresses without a PROXY header.
  const { type, port } = one(found, 'LoadBalancerMonitor', 'edges');
  assert.deepEqual({ type, port }, { type: 'tcp', port: 443 });
});

test('cloudflare: all of the edges’ zone goes through Cloudflare, and nothing of the API’s zone is touched', async () => {
  const found = await graph(fronts.cloudflare);

  assert.equal(one(found, 'LoadBalancer', 'edges').proxied, true);
  assert.ok(of(found, 'DnsRecord').every(({ inputs }) => inputs.proxied));
  assert.deepEqual(one(found, 'ZoneSetting', 'ssl'), { zoneId: '2123456789abcdef0123456789abcdef', settingId: 'ssl', value: 'flexible' });
  assert.equal(one(found, 'CustomHostname', 'shop.example.net').zoneId, '2123456789abcdef0123456789abcdef');
});

test('an origin of the API may be an address or the hostname of a tunnel', async () => {
  for (const [origin, type] of [
    ['203.0.113.10', 'A'],
    ['2001:db8::10', 'AAAA'],
    ['0d1e.cfargotunnel.com', 'CNAME'],
  ] as const) {
    const record = one(await graph({ api: { host: 'dash.zeitwork.com', origin } }), 'DnsRecord', 'dash.zeitwork.com');
    assert.deepEqual([record.type, record.content, record.proxied], [type, origin, true]);
  }
});

test('no rule of the bucket deletes a layer by its age', async () => {
  for (const rule of one(await graph(), 'R2BucketLifecycle', 'registry').rules as Values[]) {
    assert.equal(rule.deleteObjectsTransition, undefined);
    assert.equal(rule.storageClassTransitions, undefined);
  }
});

test('a bucket elsewhere is not made, and its place is told to the registry', async () => {
  const storage = { kind: 's3', bucket: 'layers', region: 'eu-central-1', endpoint: 'https://s3.example.net' };
  const found = await graph({ registry: { host: 'registry.tail1234.ts.net', storage } });

  assert.deepEqual([...of(found, 'R2Bucket'), ...of(found, 'R2BucketLifecycle')], []);
  assert.match(found.environment['registry.env'] ?? '', /^REGISTRY_STORAGE_S3_REGIONENDPOINT=https:\/\/s3\.example\.net$/m);
});
