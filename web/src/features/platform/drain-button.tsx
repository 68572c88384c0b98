import { CirclePause, CirclePlay } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { DrainDialog } from './drain-dialog';

/** DrainButton empties a node, or gives it VMs again. */
export function DrainButton({ node }: { node: Schemas['Node'] }) {
  const [open, setOpen] = useState(false);
  const isReady = node.state === 'ready';
  // What was asked for stays in the dialog while it closes, when the node is in its new state already.
  const [drains, setDrains] = useState(isReady);

  const ask = () => {
    setDrains(isReady);
    setOpen(true);
  };

  return (
    <>
      <Button onClick={ask}>
        {isReady ? <CirclePause aria-hidden /> : <CirclePlay aria-hidden />}
        {isReady ? 'Drain' : 'Make it ready'}
      </Button>
      <DrainDialog open={open} onOpenChange={setOpen} node={node} drains={drains} />
    </>
  );
}
