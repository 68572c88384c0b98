import { expect, test } from 'vitest';
import { concernsOf, type Platform } from './attention';

const now = Date.parse('2026-01-01T12:00:00Z');
const before = (seconds: number) => new Date(now - seconds * 1000).toISOString();

const node = {
  id: 'n1',
  name: 'one',
  region: 'eu',
  prefix: '10.0.0.0/24',
  state: 'ready',
  labels: {},
  in_touch: true,
  bound: true,
  runtime: 'kata',
  version: '1',
  capabilities: [],
  cpu_millis: 1000,
  memory_bytes: 1000,
  disk_bytes: 100,
  disk_free_bytes: 50,
  cpu_share_millis: 1000,
  cpu_held_millis: 0,
  memory_share_bytes: 1000,
  memory_held_bytes: 0,
  reserved_memory_bytes: 0,
  vm_overhead_bytes: 0,
  cpu_overcommit: 1,
  vms: 2,
  last_seen_at: before(1),
  created_at: before(1000),
} as const;
const edge = {
  state: 'ready' as const,
  id: 'e1',
  name: 'edge',
  region: 'eu',
  in_touch: true,
  acknowledged_version: 5,
  current_version: 5,
  versions_behind: 0,
  last_seen_at: before(1),
  created_at: before(1000),
};
const builder = {
  id: 'b1',
  name: 'worker',
  version: '1',
  in_touch: true,
  slots: [],
  builds: [],
  buildkit: { address: 'tcp://b' },
  started_at: before(1000),
  last_seen_at: before(1),
};
const queue = { name: 'builds', slots: 2, running: 2, available: 0, retryable: 0, scheduled: 9 };

const calm: Platform = {
  nodes: [{ ...node, capabilities: [] }],
  edges: [edge],
  builders: [builder],
  queue: { queues: [queue], waiting_without_job: { builds: 3, quotas: 1, pins: 1 }, river_ui: '/river/' },
  leaks: [],
  places: [{ in_touch: true, looks: [{ kind: 'vm', looked_at: before(60), found: 0 }] }],
};

const texts = (change: Partial<Platform>) => concernsOf({ ...calm, ...change }, now).map(({ tone, text }) => `${tone}: ${text}`);
const ofNode = (change: Partial<Platform['nodes'][number]>) =>
  texts({ nodes: [...calm.nodes, { ...node, capabilities: [], id: 'n2', name: 'two', ...change }] });
const ofQueue = (change: Partial<typeof queue> & { oldest_since?: string; paused_at?: string }) =>
  texts({ queue: { ...calm.queue, queues: [{ ...queue, ...change }] } });

test('a platform that is well needs no attention', () => {
  expect(texts({})).toEqual([]);
});

test('nodes that are away, draining or nearly full are told', () => {
  expect(ofNode({ in_touch: false })).toEqual(['bad: Node two is out of touch.']);
  expect(ofNode({ in_touch: false, last_seen_at: undefined })).toEqual(['warn: Node two was never in touch.']);
  expect(ofNode({ unreachable: 'tailscale is stopped.' })).toEqual(['bad: Edges cannot reach the VMs of node two.']);
  expect(ofNode({ state: 'draining' })).toEqual(['warn: Node two is draining.']);
  expect(ofNode({ state: 'draining', vms: 0 })).toEqual([]);
  expect(ofNode({ disk_free_bytes: 9 })).toEqual(['warn: The disk of node two is 91 % full.']);
  expect(ofNode({ disk_free_bytes: 2 })).toEqual(['bad: The disk of node two is 98 % full.']);
});

test('that nothing takes VMs, requests or steps is told first', () => {
  expect(texts({ nodes: [], edges: [], builders: [] })).toEqual([
    'bad: No node takes VMs.',
    'bad: No edge is in touch.',
    'bad: No worker is in touch.',
  ]);
});

test('edges that are away or behind are told', () => {
  const of = (change: Partial<typeof edge>) => texts({ edges: [edge, { ...edge, id: 'e2', name: 'far', ...change }] });
  expect(of({ in_touch: false, versions_behind: 3 })).toEqual(['bad: Edge far is out of touch.']);
  expect(of({ versions_behind: 1 })).toEqual(['warn: Edge far is 1 version of the route table behind.']);
});

test('a BuildKit that does not answer is worse than a worker that is gone', () => {
  const builders = [
    { ...builder, in_touch: false, id: 'b2' },
    { ...builder, buildkit: { address: 'tcp://b', error: 'refused' } },
  ];
  expect(texts({ builders })).toEqual(['bad: The BuildKit of worker worker does not answer.', 'warn: Worker worker was lost.']);
});

test('a queue is told of when its jobs wait for long, fail, or are not taken', () => {
  expect(ofQueue({ available: 1, oldest_since: before(30) })).toEqual([]);
  expect(ofQueue({ available: 1, oldest_since: before(90) })).toEqual(['warn: 1 job waits for a free slot of the queue builds.']);
  expect(ofQueue({ available: 2, oldest_since: before(700) })).toEqual(['bad: 2 jobs wait for a free slot of the queue builds.']);
  expect(ofQueue({ available: 2, oldest_since: before(90), slots: 0 })[0]).toMatch(/^bad/);
  expect(ofQueue({ retryable: 2 })).toEqual(['warn: 2 jobs of the queue builds failed, and are tried again.']);
  expect(ofQueue({ paused_at: before(5) })).toEqual(['warn: The queue builds is paused.']);
});

test('leaks, and places that do not tell, are told; of a node that is away only that', () => {
  const look = { kind: 'image' as const, found: 0, problem: 'The registry does not answer.' };
  expect(texts({ places: [{ in_touch: true, looks: [look] }] })).toEqual(['warn: The platform does not tell which images are left over.']);
  expect(texts({ places: [{ node_id: 'n2', node_name: 'two', in_touch: false, looks: [look] }] })).toEqual([]);

  const leak = { id: 'l', kind: 'vm' as const, name: 'x', detail: 'y', first_seen_at: before(900), last_seen_at: before(1) };
  expect(texts({ leaks: [leak, { ...leak, id: 'm', first_seen_at: before(9000) }] })).toEqual([
    'warn: 2 things are there that nothing needs.',
  ]);
});
