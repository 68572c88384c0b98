import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { platformAuditQuery, usersQuery } from '@/api/queries/platform';
import { AuditPage } from '@/features/audit/audit-page';
import { type AuditSearch, platformActionGroups } from '@/features/audit/filter';
import { filterQuery } from '@/features/audit/filter-query';

/** PlatformAudit is who has changed what, on the platform and in all organisations. */
export function PlatformAudit({ search, onSearch }: { search: AuditSearch; onSearch: (search: AuditSearch) => void }) {
  const { data: users } = useQuery(usersQuery());
  const log = useInfiniteQuery(platformAuditQuery(filterQuery(search)));

  return (
    <AuditPage
      text="Who has changed what, on the platform and in all organisations, newest first."
      log={log}
      search={search}
      onSearch={onSearch}
      people={(users?.items ?? []).map((user) => ({ user }))}
      projects={[]}
      groups={platformActionGroups}
    />
  );
}
