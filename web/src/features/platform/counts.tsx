import { Hammer, ListTodo, Server, ShieldCheck, Waypoints } from 'lucide-react';
import { formatCount, plural } from '@/lib/units';
import type { Platform } from './attention';
import { CountTile } from './count-tile';

/** Counts is how much of everything there is. */
export function Counts({ platform }: { platform: Platform }) {
  const { nodes, builders, edges, queue, leaks } = platform;
  const sum = (numbers: number[]) => numbers.reduce((all, each) => all + each, 0);
  const { builds, quotas, pins } = queue.waiting_without_job;
  const working = builders.filter((builder) => builder.in_touch);
  const ready = nodes.filter((node) => node.in_touch && node.state === 'ready');

  return (
    <ul aria-label="Counts" className="grid gap-3 sm:grid-cols-2 lg:grid-cols-5">
      <CountTile icon={Server} name="Nodes" to="/platform/nodes" count={formatCount(nodes.length)}>
        {ready.length} ready, {plural(sum(nodes.map((node) => node.vms)), 'VM')}
      </CountTile>
      <CountTile icon={Hammer} name="Builders" to="/platform/builders" count={formatCount(working.length)}>
        {plural(sum(working.map((builder) => builder.builds.length)), 'build runs', 'builds run')}
      </CountTile>
      <CountTile icon={Waypoints} name="Edges" to="/platform/edges" count={formatCount(edges.length)}>
        {edges.filter((edge) => edge.in_touch && edge.versions_behind === 0).length} up to date
      </CountTile>
      <CountTile icon={ListTodo} name="Queue" to="/platform/queue" count={formatCount(sum(queue.queues.map((each) => each.running)))}>
        running, {formatCount(sum(queue.queues.map((each) => each.available)) + builds + quotas + pins)} waiting
      </CountTile>
      <CountTile icon={ShieldCheck} name="Leaks" to="/platform/leaks" count={formatCount(leaks.length)}>
        {leaks.length === 0 ? 'nothing is left over' : 'left over'}
      </CountTile>
    </ul>
  );
}
