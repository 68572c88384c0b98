import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinds } from './components/tailnet.ts';
import { Policy } from './policy.ts';

const { tagOwners, grants, tests, autoApprovers } = new Policy().parsed;
const tags = kinds.map((kind) => new Policy().tag(kind)).sort();

test('every kind of machine has a tag, and only admins give it', () => {
  assert.deepEqual(Object.keys(tagOwners).sort(), tags);
  for (const owners of Object.values(tagOwners)) assert.deepEqual(owners, ['autogroup:admin']);
});

test('no grant has a wildcard but that of ports of VMs', () => {
  for (const { src, dst, ip } of grants) {
    for (const selector of [...src, ...dst]) assert.doesNotMatch(selector, /\*|autogroup|0\.0\.0\.0/);
    if (!dst.includes(new Policy().clusterRange)) {
      for (const port of ip) assert.match(port, /^tcp:\d+$/);
    }
  }
});

test('edges alone reach the addresses of VMs', () => {
  const open = grants.filter(({ dst }) => dst.includes(new Policy().clusterRange));
  assert.deepEqual(
    open.map(({ src }) => src),
    [['tag:zeitwork-edge']],
  );
});

test('the control plane alone reaches Postgres and builders', () => {
  for (const port of ['tcp:5432', `tcp:${new Policy().builderPort}`]) {
    const open = grants.filter(({ ip }) => ip.includes(port));
    assert.deepEqual(
      open.map(({ src }) => src),
      [['tag:zeitwork-control']],
      port,
    );
  }
});

test('nodes alone advertise the range of the cluster', () => {
  assert.deepEqual(Object.values(autoApprovers.routes), [['tag:zeitwork-node']]);
});

test('Tailscale tests every kind of machine when the policy changes, each with something that it may not do', () => {
  assert.deepEqual(tests.map(({ src }) => src).sort(), tags);
  for (const { src, deny } of tests) assert.ok(deny?.length, src);
});
