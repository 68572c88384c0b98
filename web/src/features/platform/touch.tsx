import { CircleCheck, CircleDashed, Unplug } from 'lucide-react';
import { State } from '@/components/state';
import { Time } from '@/components/time';

/** Touch tells whether a machine is heard of, and when it was heard of last where it is not. */
export function Touch({ inTouch, lastSeenAt }: { inTouch: boolean; lastSeenAt: string | undefined }) {
  if (inTouch) return <State tone="good" icon={CircleCheck} word="In touch" />;
  if (!lastSeenAt) return <State tone="quiet" icon={CircleDashed} word="Never in touch" />;

  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      <State tone="bad" icon={Unplug} word="Out of touch" />
      <span className="text-quiet text-sm">
        last heard of <Time at={lastSeenAt} />
      </span>
    </span>
  );
}
