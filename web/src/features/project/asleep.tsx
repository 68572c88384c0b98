import { Moon } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Text } from '@/components/text';
import { Time } from '@/components/time';

type Props = { environment: Pick<Schemas['Environment'], 'asleep_since' | 'wake_problem'> };

/** Asleep says since when an environment sleeps, where it does, and why it could not be woken. */
export function Asleep({ environment: { asleep_since: since, wake_problem: trouble } }: Props) {
  if (!since) {
    return null;
  }

  return (
    <div className="text-quiet text-sm">
      <p className="flex items-center gap-1.5">
        <Moon aria-hidden className="size-3.5 shrink-0" />
        <span>
          Asleep since <Time at={since} />, wakes with the next request.
        </span>
      </p>
      {trouble && (
        <p className="text-warn">
          It could not be woken: <Text text={trouble} />
        </p>
      )}
    </div>
  );
}
