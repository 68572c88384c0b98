import { CircleCheck, CirclePause } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';

/** NodeState tells whether a node is given VMs. */
export function NodeState({ state }: { state: Schemas['Node']['state'] }) {
  return state === 'draining' ? (
    <State tone="warn" icon={CirclePause} word="Draining" />
  ) : (
    <State tone="good" icon={CircleCheck} word="Ready" />
  );
}
