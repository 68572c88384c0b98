import { useNavigate, useSearch } from '@tanstack/react-router';
import type { MachineKind } from './machine';

/** useAdding tells whether the page is asked to make a machine, which its address says: other pages and the palette lead there. */
export function useAdding(kind: MachineKind): [adding: boolean, ask: () => void, end: () => void] {
  const navigate = useNavigate();
  const { add } = useSearch({ strict: false });
  const to = kind === 'node' ? '/platform/nodes' : '/platform/edges';
  const go = (search: { add?: true }) => () => void navigate({ to, search, replace: true });

  return [add === true, go({ add: true }), go({})];
}
