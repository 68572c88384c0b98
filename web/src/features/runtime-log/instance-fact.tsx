import { Button } from '@/components/button';
import type { EntryActions } from './entry-details';
import { Fact } from './facts';

/** InstanceFact is the instance that an entry is of, with what shows this one alone. */
export function InstanceFact({ id, actions }: { id: string; actions: EntryActions }) {
  return (
    <Fact name="Instance">
      <span className="font-mono text-xs">{id.slice(-12)}</span>{' '}
      <Button size="small" look="quiet" onClick={() => actions.onFilter({ instance: id })}>
        Only this one
      </Button>
    </Fact>
  );
}
