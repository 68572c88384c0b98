import { useSuspenseQuery } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { queueQuery } from '@/api/queries/platform';
import { buttonClass } from '@/components/button';
import { Card } from '@/components/card';
import { Page } from '@/components/page';
import type { JobFilter } from './job-filter';
import { Outdated } from './outdated';
import { QueueCounts } from './queue-counts';
import { QueueJobs } from './queue-jobs';
import { WaitingDeployments } from './waiting-deployments';

/** QueuePage shows what runs, what waits, and for what. */
export function QueuePage({ filter, onFilter }: { filter: JobFilter; onFilter: (filter: JobFilter) => void }) {
  const query = useSuspenseQuery(queueQuery());
  const { queues, river_ui: riverUI } = query.data;

  return (
    <Page
      title="Queue"
      text="What runs, what waits, and for what."
      actions={
        <a href={riverUI} className={buttonClass()}>
          <ExternalLink aria-hidden />
          River UI
        </a>
      }
    >
      <Outdated queries={[query]} />
      <Card flush title="Queues">
        <QueueCounts queues={queues} />
      </Card>
      <WaitingDeployments />
      <QueueJobs filter={filter} onFilter={onFilter} queues={queues.map(({ name }) => name)} riverUI={riverUI} />
    </Page>
  );
}
