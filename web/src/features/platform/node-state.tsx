import { CircleCheck, CircleMinus, CirclePause } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';

/** NodeState tells whether a node is given VMs. */
export function NodeState({ state }: { state: Schemas['Node']['state'] }) {
  if (state === 'draining') return <State tone="warn" icon={CirclePause} word="Draining" />;
  if (state === 'cordoned') return <State tone="warn" icon={CircleMinus} word="Cordoned" />;

  return <State tone="good" icon={CircleCheck} word="Ready" />;
}
