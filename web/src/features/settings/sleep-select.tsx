import type { Schemas } from '@/api/client';
import { Select } from '@/components/select';
import { sleepOptions } from '@/lib/sleep';
import { useSaveEnvironment } from './use-save-environment';

type Props = { environment: Schemas['Environment']; reason: string | undefined };

/** SleepSelect is the choice of when an environment falls asleep. It holds at once. */
export function SleepSelect({ environment, reason }: Props) {
  const { save, isPending } = useSaveEnvironment(environment);

  return (
    <Select
      label={`When ${environment.slug} falls asleep`}
      options={sleepOptions(environment.sleep_after_minutes)}
      value={String(environment.sleep_after_minutes)}
      onChange={(value) => save({ sleep_after_minutes: Number(value) })}
      disabled={reason !== undefined || isPending}
    />
  );
}
