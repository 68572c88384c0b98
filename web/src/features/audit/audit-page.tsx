import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { PageProblem } from '@/components/page-problem';
import { ShowMore } from '@/components/show-more';
import { Skeleton } from '@/components/skeleton';
import { actorName } from './actor-name';
import { AuditFilters } from './audit-filters';
import { AuditRow } from './audit-row';
import type { AuditSearch, actionGroups } from './filter';

type Props = {
  /** text says whose changes these are. */
  text: string;
  log: UseInfiniteQueryResult<InfiniteData<Schemas['PageAuditEvent']>, unknown>;
  search: AuditSearch;
  onSearch: (search: AuditSearch) => void;
  /** people may have made changes, and projects may have been changed. */
  people: Pick<Schemas['Member'], 'user'>[];
  projects: Schemas['Project'][];
  groups?: typeof actionGroups;
};

/** AuditPage is who has changed what, as sentences, with filters that stand in the address. */
export function AuditPage({ text, log, search, onSearch, people, projects, groups }: Props) {
  const events = log.data?.pages.flatMap((page) => page.items ?? []) ?? [];

  return (
    <Page title="Audit log" text={text}>
      <AuditFilters search={search} onSearch={onSearch} members={people} projects={projects} groups={groups} />
      {log.data && log.error && !log.isFetchNextPageError ? (
        <Notice tone="bad" live actions={<Button onClick={() => void log.refetch()}>Try again</Button>}>
          {asProblem(log.error).message}
        </Notice>
      ) : null}
      <Card flush>
        {!log.data ? (
          log.isError ? (
            <PageProblem error={log.error as Error} reset={() => void log.refetch()} />
          ) : (
            <div role="status" className="space-y-3 p-4">
              <p className="text-quiet text-sm">Fetching the log…</p>
              <Skeleton className="h-6" />
              <Skeleton className="h-6" />
            </div>
          )
        ) : events.length === 0 ? (
          <Empty icon={ScrollText} title="Nothing is like this">
            <p>Each change stands here. Show all to see the rest.</p>
          </Empty>
        ) : (
          <ol>
            {events.map((event) => (
              <AuditRow
                key={event.id}
                event={event}
                actor={actorName(event, people)}
                project={projects.find(({ id }) => id === event.subject_id)?.slug}
                onActor={search.actor ? undefined : (actor) => onSearch({ ...search, actor })}
                onSubject={search.subject ? undefined : (subject) => onSearch({ ...search, subject })}
              />
            ))}
          </ol>
        )}
      </Card>
      <ShowMore pages={log} />
    </Page>
  );
}
