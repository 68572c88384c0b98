import { useInfiniteQuery, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { auditQuery, membersQuery } from '@/api/queries/organisation';
import { projectsQuery } from '@/api/queries/projects';
import { AuditPage } from '@/features/audit/audit-page';
import { readSearch } from '@/features/audit/filter';
import { filterQuery } from '@/features/audit/filter-query';

export const Route = createFileRoute('/o/$org/audit')({
  validateSearch: readSearch,
  loader: ({ context }) => context.queryClient.ensureQueryData(membersQuery(context.organisation.id)),
  component: Audit,
});

function Audit() {
  const { organisation } = Route.useRouteContext();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data: members } = useSuspenseQuery(membersQuery(organisation.id));
  const { data: projects } = useQuery(projectsQuery(organisation.id));
  const log = useInfiniteQuery(auditQuery(organisation.id, filterQuery(search)));

  return (
    <AuditPage
      text="Who has changed what, newest first. Values of variables and tokens are never part of it."
      log={log}
      search={search}
      onSearch={(next) => void navigate({ search: next, replace: true })}
      people={members.items ?? []}
      projects={projects?.items ?? []}
    />
  );
}
