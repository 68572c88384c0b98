import { useQueryClient } from '@tanstack/react-query';
import { $api, type Schemas } from '@/api/client';
import { nodeQuery, nodesQuery } from '@/api/queries/platform';
import { Confirm } from '@/components/confirm';
import { useToast } from '@/components/toast';
import { plural } from '@/lib/units';

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  node: Schemas['Node'];
  /** drains tells what is asked for: to empty the node, or to give it VMs again. */
  drains: boolean;
};

/** DrainDialog empties a node, or gives it VMs again; it says before what that does. */
export function DrainDialog({ open, onOpenChange, node, drains }: Props) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const update = $api.useMutation('patch', '/v1/nodes/{node_id}');

  const change = async () => {
    const changed = await update.mutateAsync({
      params: { path: { node_id: node.id } },
      body: { state: drains ? 'draining' : 'ready' },
    });
    queryClient.setQueryData(nodeQuery(node.id).queryKey, changed);
    toast(drains ? `${node.name} is being drained` : `${node.name} is ready again`);
    await queryClient.invalidateQueries(nodesQuery());
  };

  return (
    <Confirm
      open={open}
      onOpenChange={onOpenChange}
      title={drains ? `Drain ${node.name}?` : `Make ${node.name} ready?`}
      action={drains ? 'Drain' : 'Make it ready'}
      onConfirm={change}
    >
      {drains ? (
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
            VMs for which no other node has room stay here and go on serving until there is room. You can make the node ready again at any
            time.
          </p>
        </>
      ) : (
        <p>The node is given VMs again by the next deployments and moves. What has moved elsewhere stays there.</p>
      )}
    </Confirm>
  );
}
