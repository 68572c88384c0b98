import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { machineSettingsQuery } from '@/api/queries/platform';
import { Fact, Facts } from '@/components/facts';
import { Time } from '@/components/time';
import { formatBytes, formatCPU } from '@/lib/units';
import { NodeState } from './node-state';
import { Touch } from './touch';

/** counted is how much counts of what a node's agent reports. */
const counted = (reported: number, most?: number) => Math.min(reported, most ?? reported);

/** more says so where the agent reports more than what counts. */
const more = (reported: number, most: number | undefined, format: (value: number) => string) =>
  most !== undefined && reported > most ? ` of the ${format(reported)} that its agent reports` : '';

/** NodeFacts is what is known of a node beside what its VMs hold. */
export function NodeFacts({ node }: { node: Schemas['Node'] }) {
  const { data: settings } = useQuery(machineSettingsQuery());
  const agent = node.agent_started_at;
  const labels = Object.entries(node.labels)
    .map(([name, value]) => `${name}=${value}`)
    .toSorted();

  return (
    <Facts>
      <Fact name="State">
        <NodeState state={node.state} />
      </Fact>
      <Fact name="Agent">
        <Touch inTouch={node.in_touch} lastSeenAt={node.last_seen_at} />
      </Fact>
      {node.unreachable && <Fact name="Edges">Cannot reach its VMs. {node.unreachable}</Fact>}
      <Fact name="Version">
        {node.version || 'not told yet'}
        {agent && (
          <span className="text-quiet">
            , started <Time at={agent} />
          </span>
        )}
        {settings && node.version && node.version !== settings.version && (
          <p className="text-warn">
            The API is {settings.version}: <code className="font-mono text-sm">zeitwork nodes upgrade</code> shows how to upgrade.
          </p>
        )}
      </Fact>
      <Fact name="Region">{node.region}</Fact>
      <Fact name="Labels">{labels.length > 0 ? labels.join(', ') : 'none'}</Fact>
      <Fact name="Runtime">
        <code className="font-mono text-sm">{node.runtime || 'not told yet'}</code>
      </Fact>
      <Fact name="containerd">{node.containerd ?? 'not told'}</Fact>
      <Fact name="System">{node.os ?? 'not told'}</Fact>
      <Fact name="Kernel">{node.kernel ?? 'not told'}</Fact>
      {node.last_seen_at && (
        <>
          <Fact name="Processors">
            {formatCPU(counted(node.cpu_millis, node.max_cpu_millis))}
            {more(node.cpu_millis, node.max_cpu_millis, formatCPU)}, each given away {node.cpu_overcommit} times
          </Fact>
          <Fact name="Memory">
            {formatBytes(counted(node.memory_bytes, node.max_memory_bytes))}
            {more(node.memory_bytes, node.max_memory_bytes, formatBytes)}, {formatBytes(node.reserved_memory_bytes)} of it for the host;{' '}
            {formatBytes(node.vm_overhead_bytes)} for each VM beside its own
          </Fact>
        </>
      )}
      <Fact name="Addresses">
        <code className="font-mono text-sm">{node.prefix}</code>
      </Fact>
      <Fact name="Release commands">{node.capabilities.includes('release') ? 'Runs them' : 'Its agent cannot run them'}</Fact>
      <Fact name="Made">
        <Time at={node.created_at} />
      </Fact>
    </Facts>
  );
}
