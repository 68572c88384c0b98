import { useQueryClient } from '@tanstack/react-query';
import { $api } from '@/api/client';
import { domainRecordsQuery, domainsQuery } from '@/api/queries/projects';

/** useDomains returns what can be done with a project's domains. The list follows each. */
export function useDomains(projectId: string) {
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries(domainsQuery(projectId));

  return {
    add: $api.useMutation('post', '/v1/projects/{project_id}/domains', { onSuccess }),
    change: $api.useMutation('patch', '/v1/domains/{domain_id}', { onSuccess }),
    remove: $api.useMutation('delete', '/v1/domains/{domain_id}', { onSuccess }),
    check: $api.useMutation('post', '/v1/domains/{domain_id}/check', {
      onSuccess: ({ domain, ...found }) => {
        queryClient.setQueryData(domainRecordsQuery(domain.id).queryKey, found);
        return onSuccess();
      },
    }),
  };
}
