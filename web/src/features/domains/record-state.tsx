import { CircleAlert, CircleCheck, CircleDashed, CircleHelp, LoaderCircle } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';

type Props = {
  /** found is what stands in the DNS for a record; undefined where it was not looked at yet. */
  found: Schemas['CheckedRecord'] | undefined;
  /** isNeeded is false for a proof beside another one that is there. */
  isNeeded: boolean;
  failed: boolean;
};

/** RecordState tells whether a DNS record is there. */
export function RecordState({ found, isNeeded, failed }: Props) {
  if (!found && failed) return <State bare tone="quiet" icon={CircleHelp} word="Not known" />;
  if (!found) return <State bare tone="busy" icon={LoaderCircle} spin word="Asking the DNS" />;
  if (!found.answered) return <State bare tone="bad" icon={CircleHelp} word="The DNS did not answer" />;
  if (found.ok) return <State bare tone="good" icon={CircleCheck} word="It is there" />;
  if (!isNeeded) return <State bare tone="quiet" icon={CircleDashed} word="Not there, and not needed" />;
  if (found.found.length === 0) return <State bare tone="warn" icon={CircleDashed} word="Not there yet" />;

  return <State bare tone="bad" icon={CircleAlert} word="Something else is there" />;
}
