import { useQueryClient } from '@tanstack/react-query';
import { $api, type Schemas } from '@/api/client';
import { nodeQuery, nodesQuery } from '@/api/queries/platform';

/** useSaveNode returns what changes a node, and shows it everywhere at once. */
export function useSaveNode(nodeId: string) {
  const queryClient = useQueryClient();
  const update = $api.useMutation('patch', '/v1/nodes/{node_id}');

  return async (body: Schemas['NodeUpdate']) => {
    const changed = await update.mutateAsync({ params: { path: { node_id: nodeId } }, body });
    queryClient.setQueryData(nodeQuery(nodeId).queryKey, changed);
    await queryClient.invalidateQueries(nodesQuery());

    return changed;
  };
}
