import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { repositoriesQuery } from '@/api/queries/github';
import { buttonClass } from '@/components/button';
import { Empty } from '@/components/empty';
import { Notice } from '@/components/notice';
import { Skeleton } from '@/components/skeleton';
import { Text } from '@/components/text';
import { NewProject } from '@/features/new-project/new-project';
import { NoRole } from '@/features/new-project/no-role';
import { readSearch } from '@/features/new-project/source';
import { SourceSection } from '@/features/new-project/source-section';

export const Route = createFileRoute('/o/$org/new')({ validateSearch: readSearch, component: New });

function New() {
  const { organisation, session } = Route.useRouteContext();
  const search = Route.useSearch();
  const { data, error } = useQuery({
    ...repositoriesQuery(organisation.id, search.repository ?? ''),
    enabled: search.repository !== undefined && organisation.role !== 'viewer',
  });
  const isWanted = (each: Schemas['GitHubRepository'] | undefined) => each?.full_name.toLowerCase() === search.repository?.toLowerCase();
  const found = data?.items.find(isWanted);
  // The list is fetched again while the form is filled in. An answer without the repository takes nothing away: GitHub may just be down.
  const [kept, setKept] = useState(found);
  if (found && !isWanted(kept)) setKept(found);
  const repository = search.repository !== undefined && isWanted(kept) ? kept : found;

  return (
    <>
      <div className="mx-auto w-full max-w-3xl px-4 pt-6 pb-5 sm:px-6">
        <h1 className="font-semibold text-xl tracking-tight">New project</h1>
        <p className="mt-1 max-w-prose text-quiet">Choose a repository and deploy it. Every push to it is deployed from then on.</p>
      </div>
      {organisation.role === 'viewer' ? (
        <NoRole organisation={organisation} />
      ) : search.git || repository ? (
        <NewProject
          key={search.git ?? repository?.id}
          organisation={organisation}
          search={search}
          repository={search.git ? undefined : repository}
        />
      ) : (
        <div className="mx-auto w-full max-w-3xl space-y-4 px-4 pb-6 sm:px-6">
          {search.repository === undefined ? (
            <SourceSection organisation={organisation} isOperator={session.user.operator} />
          ) : error ? (
            <Notice tone="bad" live>
              {asProblem(error).message}
            </Notice>
          ) : data ? (
            <Empty
              icon={SearchX}
              title="This repository cannot be reached"
              actions={
                <Link to="/o/$org/new" params={{ org: organisation.slug }} search={{}} className={buttonClass('main')}>
                  Choose another
                </Link>
              }
            >
              <p>
                No account of this organisation on GitHub lets Zeitwork read <Text text={search.repository} />. Include it in the
                installation, or choose another.
              </p>
            </Empty>
          ) : (
            <div role="status" className="space-y-4">
              <p className="text-quiet text-sm">
                Asking GitHub for <Text text={search.repository} />…
              </p>
              <Skeleton className="h-24" />
              <Skeleton className="h-56" />
            </div>
          )}
        </div>
      )}
    </>
  );
}
