import { useQueryClient } from '@tanstack/react-query';
import { $api, type Schemas } from '@/api/client';
import { pendingChangesQuery, projectQuery } from '@/api/queries/projects';
import { useToast } from '@/components/toast';

/** useSaveProject returns a function that changes settings of a project, and says when it has. */
export function useSaveProject(projectId: string): (changes: Schemas['ProjectUpdate']) => Promise<void> {
  const queryClient = useQueryClient();
  const toast = useToast();
  const { mutateAsync } = $api.useMutation('patch', '/v1/projects/{project_id}');

  return async (changes) => {
    const project = await mutateAsync({ params: { path: { project_id: projectId } }, body: changes });
    queryClient.setQueryData(projectQuery(projectId).queryKey, project);
    toast('Saved');
    await queryClient.invalidateQueries(pendingChangesQuery(projectId));
  };
}
