import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { Confirm } from '@/components/confirm';
import { GuardedButton } from '@/components/guarded-button';
import { useToast } from '@/components/toast';
import { plural } from '@/lib/units';

/** RemoveNode deletes a node once its name was typed, and says what goes with it. */
export function RemoveNode({ node }: { node: Schemas['Node'] }) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const toast = useToast();
  const { mutateAsync } = $api.useMutation('delete', '/v1/nodes/{node_id}');
  // Of one that is away the platform itself decides: it knows which of its VMs have moved.
  const isUsed = node.in_touch && node.vms > 0;

  const remove = async () => {
    await mutateAsync({ params: { path: { node_id: node.id } } });
    await navigate({ to: '/platform/nodes' });
    queryClient.removeQueries({ queryKey: ['get', '/v1/nodes/{node_id}'] });
    await queryClient.invalidateQueries({ queryKey: ['get', '/v1/nodes'] });
    toast(`${node.name} is removed`);
  };

  return (
    <>
      <GuardedButton
        look="danger"
        reason={isUsed ? `${plural(node.vms, 'VM is', 'VMs are')} on it. Drain it, and wait until none is left.` : undefined}
        onClick={() => setAsking(true)}
      >
        <Trash2 aria-hidden />
        Remove
      </GuardedButton>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Remove ${node.name}?`}
        action="Remove the node"
        danger
        typed={node.name}
        onConfirm={remove}
      >
        <p className="mb-2">This goes at once, and cannot be undone:</p>
        <ul className="list-disc space-y-1 pl-5">
          <li>All of its tokens. Its agent is refused, and stays so: to take the machine back, make a node anew.</li>
          <li>Its addresses, {node.prefix}. Another node gets them once no edge can send requests there any more.</li>
          <li>What the platform knows of the VMs that it had, with their log lines.</li>
        </ul>
        <p className="mt-2">The machine itself stays as it is. Stop the agent there, and turn it off or use it for something else.</p>
      </Confirm>
    </>
  );
}
