import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configuration, example, type Values } from '../testing/configuration.ts';
import { read } from './read.ts';

test('the example is read, and defaults take the place of what is left out', () => {
  const settings = read(configuration(example({ front: undefined, tailnet: undefined, builders: undefined, acme: undefined })));

  assert.equal(settings.front, 'dns');
  assert.deepEqual(settings.tailnet, { credentials: 'keys', magicDns: true, overwritePolicy: false });
  assert.deepEqual(settings.builders, {});
  assert.deepEqual(settings.edges['fsn-2'], { region: 'fsn', ipv4: '192.0.2.12', enabled: true });
});

test('other programs of the stack keep their own settings', () => {
  assert.doesNotThrow(() => read({ ...configuration(example()), 'cloudflare:apiToken': 'secret' }));
});

test('numbers may be texts, as the command line makes them', () => {
  const settings = read(
    configuration(
      example({ regions: { fsn: { latitude: '50.48', longitude: '-12.37' } }, edges: { a: { region: 'fsn', ipv4: '192.0.2.1' } } }),
    ),
  );

  assert.deepEqual(settings.regions.fsn, { latitude: 50.48, longitude: -12.37 });
});

const edge = { region: 'fsn', ipv4: '192.0.2.11' };
const other = { region: 'ash', ipv4: '198.51.100.11' };
const cloudflare = { front: 'cloudflare', baseDomain: 'zeitwork.app', edgeDomain: 'edge.zeitwork.app' };

const wrong: [string, Values, RegExp][] = [
  ['a value that is missing', { accountId: undefined }, /accountId: Write the id of Cloudflare's account/],
  ['a group that is missing', { regions: undefined }, /regions: It is not set/],
  ['a setting that does not exist', { edgs: {} }, /There is no setting "edgs"/],
  [
    'a setting of an edge that does not exist',
    { edges: { a: { ...edge, adress: '' }, b: other } },
    /edges\.a: There is no setting "adress"/,
  ],
  [
    'an address in a private network',
    { edges: { a: { ...edge, ipv4: '10.0.0.1' }, b: other } },
    /edges\.a\.ipv4: "10\.0\.0\.1" is no IPv4 address that the internet reaches/,
  ],
  [
    'an address of the tailnet at an edge',
    { edges: { a: { ...edge, ipv4: '100.64.0.1' }, b: other } },
    /edges\.a\.ipv4: .* that the internet reaches/,
  ],
  [
    'an address of both edges',
    { edges: { a: edge, b: { ...other, ipv4: edge.ipv4 } } },
    /edges\.b: 192\.0\.2\.11 is the address of the edge "a", too/,
  ],
  [
    'a region that does not exist',
    { edges: { a: { ...edge, region: 'fns' }, b: edge, c: other } },
    /edges\.a: There is no region "fns"\. .* fsn, ash/,
  ],
  ['a region without edges', { edges: { a: edge } }, /regions\.ash: The region has no edge/],
  ['no edge that is enabled', { edges: { a: { ...edge, enabled: false }, b: { ...other, enabled: false } } }, /edges: No edge is enabled/],
  ['a latitude beyond the pole', { regions: { fsn: { latitude: 91, longitude: 0 } } }, /regions\.fsn\.latitude: Write the latitude/],
  ['a name of a region with capitals', { regions: { FSN: { latitude: 1, longitude: 0 } } }, /regions\.FSN: /],
  ['a domain without a zone', { baseDomain: 'apps.example.org' }, /baseDomain: "apps\.example\.org" stands in none of the zones/],
  ['an API among the apps', { api: { host: 'dash.zeitwork.app', origin: '203.0.113.10' } }, /api\.host: .* within baseDomain/],
  [
    'an API in the tailnet alone',
    { api: { host: 'dash.zeitwork.com', origin: '100.64.0.1' } },
    /api\.origin: Cloudflare does not reach "100\.64\.0\.1"/,
  ],
  [
    'an API by plain HTTP',
    { api: { host: 'dash.zeitwork.com', origin: '203.0.113.10', internalUrl: 'http://a' } },
    /api\.internalUrl: "http:\/\/a" is no address of an API/,
  ],
  [
    'a builder outside of the tailnet',
    { builders: { a: '203.0.113.5' } },
    /builders\.a: "203\.0\.113\.5" is no address of a machine in the tailnet/,
  ],
  [
    'custom hostnames where edges end TLS',
    { customHostnames: ['shop.example.net'] },
    /customHostnames: TLS of custom domains ends at the edges/,
  ],
  [
    'a custom hostname of the platform',
    { ...cloudflare, customHostnames: ['www.zeitwork.com'] },
    /customHostnames: "www\.zeitwork\.com" stands in the zone zeitwork\.com/,
  ],
  [
    'the API in the zone of edges that get plain HTTP',
    { ...cloudflare, edgeDomain: 'edge.zeitwork.com' },
    /edgeDomain: With front: cloudflare Cloudflare speaks plain HTTP/,
  ],
  ['a bucket of another kind', { registry: { host: 'registry', storage: { kind: 'gcs' } } }, /registry\.storage\.kind: Write r2 .*, or s3/],
  ['another way to the edges', { front: 'anycast' }, /front: Write dns, spectrum or cloudflare/],
];

for (const [name, changes, expected] of wrong) {
  test(`${name} is refused with a sentence`, () => {
    assert.throws(() => read(configuration(example(changes))), { message: expected });
  });
}

test('all that is wrong is told at once', () => {
  assert.throws(() => read(configuration(example({ accountId: 'x', baseDomain: 'Apps' }))), /accountId: (.|\n)*baseDomain: /);
});
