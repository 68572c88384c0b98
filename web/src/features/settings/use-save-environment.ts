import { useQueryClient } from '@tanstack/react-query';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { environmentsQuery } from '@/api/queries/projects';
import { useToast } from '@/components/toast';

/** useSaveEnvironment changes settings of an environment, which hold at once, and says how that went. */
export function useSaveEnvironment(environment: Schemas['Environment']) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const { mutate, isPending } = $api.useMutation('patch', '/v1/environments/{environment_id}', {
    onSuccess: () => toast('Saved'),
    onError: (error) => toast(asProblem(error).message),
    onSettled: () => queryClient.invalidateQueries(environmentsQuery(environment.project_id)),
  });

  const save = (body: Schemas['UpdateEnvironmentInputBody']) => mutate({ params: { path: { environment_id: environment.id } }, body });

  return { save, isPending };
}
