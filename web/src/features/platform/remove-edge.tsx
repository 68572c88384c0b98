import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { Notice } from '@/components/notice';
import { useToast } from '@/components/toast';

/** RemoveEdge deletes an edge once its name was typed, and says what goes with it. */
export function RemoveEdge({ edge }: { edge: Schemas['Edge'] }) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const toast = useToast();
  const { mutateAsync } = $api.useMutation('delete', '/v1/edges/{edge_id}');

  const remove = async () => {
    await mutateAsync({ params: { path: { edge_id: edge.id } } });
    await navigate({ to: '/platform/edges' });
    queryClient.removeQueries({ queryKey: ['get', '/v1/edges/{edge_id}'] });
    await queryClient.invalidateQueries({ queryKey: ['get', '/v1/edges'] });
    toast(`${edge.name} is removed`);
  };

  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        <Trash2 aria-hidden />
        Remove
      </Button>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Remove ${edge.name}?`}
        action="Remove the edge"
        danger
        typed={edge.name}
        onConfirm={remove}
      >
        <div className="space-y-3">
          {edge.in_touch && (
            <Notice tone="warn" title="Its proxy runs">
              Take it out of the load balancer and stop it first. A proxy that runs on serves the routes that it had, and may send requests
              to addresses that other apps have got since.
            </Notice>
          )}
          <p>
            All of its tokens go at once, and nothing brings them back: its proxy is refused, and to take the machine back you make an edge
            anew. Addresses of stopped VMs, which rest until every edge has let go of them, no longer wait for this one.
          </p>
          <p>What it has counted of requests stays in the graphs.</p>
        </div>
      </Confirm>
    </>
  );
}
