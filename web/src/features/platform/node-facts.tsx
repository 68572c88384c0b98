import type { Schemas } from '@/api/client';
import { Fact, Facts } from '@/components/facts';
import { Time } from '@/components/time';
import { formatCPU } from '@/lib/units';
import { NodeState } from './node-state';
import { Touch } from './touch';

/** NodeFacts is what is known of a node beside what its VMs hold. */
export function NodeFacts({ node }: { node: Schemas['Node'] }) {
  const agent = node.agent_started_at;

  return (
    <Facts>
      <Fact name="State">
        <NodeState state={node.state} />
      </Fact>
      <Fact name="Agent">
        <Touch inTouch={node.in_touch} lastSeenAt={node.last_seen_at} />
      </Fact>
      <Fact name="Version">
        {node.version || 'not told yet'}
        {agent && (
          <span className="text-quiet">
            , started <Time at={agent} />
          </span>
        )}
      </Fact>
      <Fact name="Region">{node.region}</Fact>
      <Fact name="Runtime">
        <code className="font-mono text-sm">{node.runtime || 'not told yet'}</code>
      </Fact>
      <Fact name="Kernel">{node.kernel ?? 'not told'}</Fact>
      <Fact name="Processors">
        {formatCPU(node.cpu_millis)}, shared out as {formatCPU(node.cpu_share_millis)}
      </Fact>
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
