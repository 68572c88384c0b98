import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem } from '@/api/problem';
import { repositoriesQuery } from '@/api/queries/github';
import { Field, Input } from '@/components/field';
import { Notice } from '@/components/notice';
import { Skeleton } from '@/components/skeleton';
import { Tag } from '@/components/tag';
import { Text } from '@/components/text';
import { useSettled } from '@/lib/use-settled';

const shown = 20;

type Props = { organisationId: string; picked: number | undefined; onPick: (repositoryId: number) => void };

/** RepositoryPick searches the repositories that the organisation's accounts on GitHub have, and picks one. */
export function RepositoryPick({ organisationId, picked, onPick }: Props) {
  const [search, setSearch] = useState('');
  const words = useSettled(search.trim());
  const { data, error } = useQuery({ ...repositoriesQuery(organisationId, words, shown), placeholderData: keepPreviousData });
  const repositories = data?.items;

  return (
    <div className="space-y-3">
      <Field label="Search">
        <Input type="search" value={search} onChange={(event) => setSearch(event.target.value)} placeholder="Name or description" />
      </Field>
      {error && <Notice tone="bad">{asProblem(error).message}</Notice>}
      <fieldset className="min-w-0">
        <legend className="sr-only">Repository</legend>
        <div className="max-h-60 min-h-24 overflow-y-auto rounded-md border border-line">
          {!data && !error && <Skeleton className="h-24" />}
          {repositories?.length === 0 && (
            <p className="p-4 text-quiet">
              {words ? 'No repository has these words.' : 'No account on GitHub is connected, or none has a repository for the App.'}
            </p>
          )}
          {repositories?.map((repository) => (
            <label
              key={repository.id}
              className="flex items-center gap-3 border-line border-b px-3 py-2 last:border-b-0 has-checked:bg-accent-page"
            >
              <input
                type="radio"
                name="repository"
                checked={picked === repository.id}
                onChange={() => onPick(repository.id)}
                className="size-4 shrink-0 accent-accent-fill"
              />
              <span className="min-w-0 flex-1">
                <Text text={repository.full_name} />
              </span>
              {repository.private && <Tag>Private</Tag>}
            </label>
          ))}
        </div>
      </fieldset>
    </div>
  );
}
