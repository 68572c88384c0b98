import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { installationsQuery, repositoriesQuery } from '@/api/queries/github';
import { Button, buttonClass } from '@/components/button';
import { Input } from '@/components/field';
import { Notice } from '@/components/notice';
import { Select } from '@/components/select';
import { Skeleton } from '@/components/skeleton';
import { plural } from '@/lib/units';
import { useSettled } from '@/lib/use-settled';
import { RepositoryRow } from './repository-row';

const firstRows = 50;
const mostRows = 200;
const everybody = 'all';

/** RepositoryList finds a repository as one types, among those of all connected accounts or of one, and leads to the project that is made of it. */
export function RepositoryList({ organisation, action = 'Import' }: { organisation: Schemas['Organisation']; action?: string }) {
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<string>(everybody);
  const [limit, setLimit] = useState(firstRows);
  const accounts = useQuery(installationsQuery(organisation.id)).data?.items ?? [];
  const account = accounts.find((each) => each.id === chosen);
  // An account is asked for by the beginning of its repositories' names.
  const words = useSettled([account && `${account.account}/`, search.trim()].filter(Boolean).join(' '));
  const { data, error, isPlaceholderData, refetch } = useQuery({
    ...repositoriesQuery(organisation.id, words, limit),
    placeholderData: keepPreviousData,
  });
  const found = data?.items.filter((each) => !account || each.installation_id === account.id);

  return (
    <div>
      <div className="flex flex-wrap gap-2 px-4 pb-3 sm:px-5">
        {accounts.length > 1 && (
          <Select
            label="Account on GitHub"
            className="w-full sm:w-48"
            value={chosen}
            onChange={setChosen}
            options={[
              { value: everybody, name: 'All accounts' },
              ...accounts.map((each) => ({ value: each.id, name: each.account, ...(each.state === 'active' ? {} : { hint: each.state }) })),
            ]}
          />
        )}
        <div className="relative min-w-48 flex-1">
          <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-quiet" />
          <Input
            data-search
            type="search"
            aria-label="Search repositories"
            placeholder="Search repositories"
            className="pl-8"
            value={search}
            maxLength={150}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
      </div>

      {data?.unlisted.map((each) => (
        <div key={each.installation_id} className="px-4 pb-3 sm:px-5">
          <Notice tone="warn" title={<>The repositories of {each.account} are missing here</>}>
            {each.problem}
          </Notice>
        </div>
      ))}

      <section
        aria-label="Repositories"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
        tabIndex={0}
        aria-busy={isPlaceholderData}
        className="h-80 overflow-y-auto border-line border-t outline-offset-[-2px]"
      >
        {error ? (
          <div className="p-4">
            <Notice tone="bad" live actions={<Button onClick={() => refetch()}>Try again</Button>}>
              {asProblem(error).message}
            </Notice>
          </div>
        ) : !found ? (
          <Waiting />
        ) : found.length === 0 ? (
          <p className="px-4 py-12 text-center text-quiet">
            {words
              ? 'No repository has these words in its name or description.'
              : 'GitHub shows no repository of these accounts to Zeitwork.'}
          </p>
        ) : (
          <ul className="divide-y divide-line">
            {found.map((repository) => (
              <li key={repository.id}>
                <RepositoryRow
                  repository={repository}
                  organisation={organisation.slug}
                  action={
                    <Link
                      to="/o/$org/new"
                      params={{ org: organisation.slug }}
                      search={{ repository: repository.full_name }}
                      aria-label={`${action} ${repository.full_name}`}
                      className={buttonClass('plain', 'small')}
                    >
                      {action}
                    </Link>
                  }
                />
              </li>
            ))}
          </ul>
        )}
        {data?.next_cursor && (
          <p className="p-4 text-center text-quiet">
            {limit < mostRows ? (
              <Button onClick={() => setLimit(mostRows)}>Show more</Button>
            ) : (
              `These are the ${mostRows} that were pushed to last. Search for the others.`
            )}
          </p>
        )}
      </section>
      <p role="status" className="sr-only">
        {found && `${plural(found.length, 'repository', 'repositories')} found`}
      </p>
    </div>
  );
}

function Waiting() {
  return (
    <div role="status" className="space-y-3 p-4 sm:px-5">
      <p className="text-quiet text-sm">Asking GitHub for the repositories…</p>
      <Skeleton className="h-10" />
      <Skeleton className="h-10" />
      <Skeleton className="h-10" />
    </div>
  );
}
