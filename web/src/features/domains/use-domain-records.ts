import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { domainRecordsQuery } from '@/api/queries/projects';

// As often as the platform asks the DNS about one domain. A tab that nobody sees does not ask.
const lookEvery = 15_000;

/** isUnproven tells whether the DNS does not prove a domain: not yet, or no more. */
export function isUnproven({ state, failing_since }: Schemas['Domain']): boolean {
  return state !== 'active' || failing_since !== undefined;
}

/**
 * useDomainRecords is what stands in the DNS for a domain's records: looked at again and again while they do not prove it, and once when somebody looks. The
 * platform may have found the proof by itself: it is looked once more then, so that what is shown is what it has found.
 */
export function useDomainRecords(domain: Schemas['Domain'], shown: boolean) {
  return useQuery({
    ...domainRecordsQuery(domain.id),
    enabled: shown && domain.kind === 'custom',
    refetchInterval: ({ state }) => (isUnproven(domain) || state.data?.proven === false ? lookEvery : false),
  });
}
