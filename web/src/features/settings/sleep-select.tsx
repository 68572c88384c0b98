import { useQueryClient } from '@tanstack/react-query';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { environmentsQuery } from '@/api/queries/projects';
import { Select } from '@/components/select';
import { useToast } from '@/components/toast';
import { sleepOptions } from '@/lib/sleep';

type Props = { environment: Schemas['Environment']; reason: string | undefined };

/** SleepSelect is the choice of when an environment falls asleep. It holds at once. */
export function SleepSelect({ environment, reason }: Props) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const { mutate, isPending } = $api.useMutation('patch', '/v1/environments/{environment_id}', {
    onSuccess: () => toast('Saved'),
    onError: (error) => toast(asProblem(error).message),
    onSettled: () => queryClient.invalidateQueries(environmentsQuery(environment.project_id)),
  });

  return (
    <Select
      label={`When ${environment.slug} falls asleep`}
      options={sleepOptions(environment.sleep_after_minutes)}
      value={String(environment.sleep_after_minutes)}
      onChange={(value) => mutate({ params: { path: { environment_id: environment.id } }, body: { sleep_after_minutes: Number(value) } })}
      disabled={reason !== undefined || isPending}
    />
  );
}
