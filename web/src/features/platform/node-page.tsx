import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { nodeQuery, nodeTokensQuery } from '@/api/queries/platform';
import { Card } from '@/components/card';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { plural } from '@/lib/units';
import { MachineTokens } from './machine-tokens';
import { NodeFacts } from './node-facts';
import { NodeMeters } from './node-meters';
import { NodeSettingsForm } from './node-settings-form';
import { NodeStateButtons } from './node-state-buttons';
import { NodeVMs } from './node-vms';
import { Outdated } from './outdated';
import { RemoveNode } from './remove-node';

/** NodePage is one node: whether it is in touch, what its VMs hold of it, and which they are. */
export function NodePage({ nodeId }: { nodeId: string }) {
  const query = useSuspenseQuery(nodeQuery(nodeId));
  const tokens = useQuery(nodeTokensQuery(nodeId));
  const node = query.data;

  return (
    <Page
      title={node.name}
      text={`A node in ${node.region}.`}
      actions={
        <>
          <NodeStateButtons node={node} />
          <RemoveNode node={node} />
        </>
      }
    >
      <Outdated queries={[query, tokens]} />
      <div role="status" className="space-y-4 empty:hidden">
        {!node.in_touch && node.last_seen_at && (
          <Notice tone="bad" title="Out of touch">
            Its agent does not report, so it gets no VMs. Look at the machine, at its way to the API, and at the agent’s log there.
          </Notice>
        )}
        {!node.last_seen_at && (
          <Notice tone="busy" title="Never in touch">
            Start its agent with the token that was shown when the node was made: <code>zeitwork nodeagent</code> with ZEITWORK_NODE_TOKEN.
            Where that is lost, replace the token.
          </Notice>
        )}
        {node.state === 'draining' && (
          <Notice tone="warn" title={node.vms > 0 ? `Draining: ${plural(node.vms, 'VM')} left` : 'Drained'}>
            {node.vms > 0
              ? 'They move to other nodes as there is room. The node gets no new ones.'
              : 'No VM is left on the node, and it gets none. It can be serviced, made ready again, or removed.'}
          </Notice>
        )}
        {node.state === 'cordoned' && (
          <Notice tone="warn" title="Cordoned">
            The node gets no new VMs, and keeps those that it has until it is made ready again.
          </Notice>
        )}
      </div>
      <Card title="Capacity" text="VMs hold their memory whole and share processors.">
        <NodeMeters node={node} />
      </Card>
      <Card title="About this node">
        <NodeFacts node={node} />
      </Card>
      <NodeVMs nodeId={nodeId} />
      <NodeSettingsForm key={nodeId} node={node} />
      <MachineTokens machine={{ kind: 'node', id: node.id, name: node.name, region: node.region }} query={tokens} />
    </Page>
  );
}
