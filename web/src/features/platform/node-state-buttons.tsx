import { CircleMinus, CirclePause, CirclePlay } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { NodeStateDialog } from './node-state-dialog';

type NodeState = Schemas['Node']['state'];

/** NodeStateButtons give a node VMs or none, or empty it. */
export function NodeStateButtons({ node }: { node: Schemas['Node'] }) {
  const [open, setOpen] = useState(false);
  // What was asked for stays in the dialog while it closes, when the node is in its new state already.
  const [to, setTo] = useState<NodeState>('ready');

  const ask = (state: NodeState) => () => {
    setTo(state);
    setOpen(true);
  };

  return (
    <>
      {node.state === 'ready' && (
        <Button onClick={ask('cordoned')}>
          <CircleMinus aria-hidden />
          Cordon
        </Button>
      )}
      {node.state !== 'draining' && (
        <Button onClick={ask('draining')}>
          <CirclePause aria-hidden />
          Drain
        </Button>
      )}
      {node.state !== 'ready' && (
        <Button onClick={ask('ready')}>
          <CirclePlay aria-hidden />
          Make it ready
        </Button>
      )}
      <NodeStateDialog open={open} onOpenChange={setOpen} node={node} to={to} />
    </>
  );
}
