import type { ReactNode } from 'react';
import type { Schemas } from '@/api/client';
import { Confirm } from '@/components/confirm';
import { useToast } from '@/components/toast';
import { plural } from '@/lib/units';
import { useSaveNode } from './use-save-node';

type NodeState = Schemas['Node']['state'];

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  node: Schemas['Node'];
  /** to is the state that is asked for. */
  to: NodeState;
};

const words: Record<NodeState, { action: string; title: (name: string) => string; done: (name: string) => string }> = {
  ready: { action: 'Make it ready', title: (name) => `Make ${name} ready?`, done: (name) => `${name} is ready again` },
  cordoned: { action: 'Cordon', title: (name) => `Cordon ${name}?`, done: (name) => `${name} gets no new VMs` },
  draining: { action: 'Drain', title: (name) => `Drain ${name}?`, done: (name) => `${name} is being drained` },
};

/** NodeStateDialog gives a node VMs or none, or empties it; it says before what that does. */
export function NodeStateDialog({ open, onOpenChange, node, to }: Props) {
  const toast = useToast();
  const save = useSaveNode(node.id);
  const { action, title, done } = words[to];

  const change = async () => {
    await save({ state: to });
    toast(done(node.name));
  };

  return (
    <Confirm open={open} onOpenChange={onOpenChange} title={title(node.name)} action={action} onConfirm={change}>
      {explain(node, to)}
    </Confirm>
  );
}

function explain(node: Schemas['Node'], to: NodeState): ReactNode {
  if (to === 'ready')
    return (
      <p>
        The node is given VMs again by the next deployments and moves. What has moved elsewhere stays there, unless the platform evens nodes
        out.
      </p>
    );
  if (to === 'cordoned')
    return <p>The node gets no new VMs, and keeps those that it has until it is drained. You can make it ready again at any time.</p>;

  return (
    <>
      <p>The node gets no new VMs. {node.vms > 0 && `${plural(node.vms, 'VM')} on it move to other nodes:`}</p>
      {node.vms > 0 && (
        <ol className="mt-2 list-decimal space-y-1 pl-5">
          <li>Each is started on another node, in its place.</li>
          <li>Requests move to it once it is healthy; those under way end where they are.</li>
          <li>Only then the one here is stopped.</li>
        </ol>
      )}
      <p className="mt-2">
        VMs for which no other node has room stay here and go on serving until there is room. You can make the node ready again at any time.
      </p>
    </>
  );
}
