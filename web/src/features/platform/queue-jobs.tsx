import { useInfiniteQuery } from '@tanstack/react-query';
import { ListTodo } from 'lucide-react';
import { queueJobsQuery } from '@/api/queries/platform';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { PageProblem } from '@/components/page-problem';
import { Select } from '@/components/select';
import { ShowMore } from '@/components/show-more';
import { Skeleton } from '@/components/skeleton';
import { Table, Th } from '@/components/table';
import { type JobFilter, jobStates } from './job-filter';
import { JobRow } from './job-row';
import { Outdated } from './outdated';

type Props = { filter: JobFilter; onFilter: (filter: JobFilter) => void; queues: string[]; riverUI: string | undefined };

/** QueueJobs lists what runs and what waits, narrowed by the filters of the address. */
export function QueueJobs({ filter, onFilter, queues, riverUI }: Props) {
  const jobs = useInfiniteQuery(
    queueJobsQuery({ ...(filter.state ? { state: [filter.state] } : {}), ...(filter.queue ? { queue: filter.queue } : {}) }),
  );
  const items = jobs.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Boolean(filter.state || filter.queue);

  return (
    <Card
      flush
      title="Jobs"
      text="What runs, then what waits, in the order in which workers take it."
      actions={
        <search className="flex flex-wrap gap-2">
          <Select
            label="State"
            options={jobStates}
            value={filter.state ?? 'all'}
            onChange={(state) => onFilter({ ...filter, state: state === 'all' ? undefined : state })}
          />
          <Select
            label="Queue"
            options={[{ value: '', name: 'All queues' }, ...queues.map((value) => ({ value, name: value }))]}
            value={filter.queue ?? ''}
            onChange={(queue) => onFilter({ ...filter, queue: queue || undefined })}
          />
        </search>
      }
    >
      <Outdated queries={[jobs]} />
      {jobs.data ? (
        items.length === 0 ? (
          <Empty icon={ListTodo} title={filtered ? 'None like this' : 'Nothing runs or waits'}>
            {filtered ? 'No job passes these filters now.' : 'A push, or what the platform does by itself every now and then, makes jobs.'}
          </Empty>
        ) : (
          <Table label="Jobs">
            <thead>
              <tr>
                <Th>Job</Th>
                <Th>State</Th>
                <Th>For</Th>
                <Th>For how long</Th>
                <Th>Attempt</Th>
                <Th>Next try</Th>
                <Th>Worker</Th>
              </tr>
            </thead>
            <tbody>
              {items.map((job) => (
                <JobRow key={job.id} job={job} riverUI={riverUI} />
              ))}
            </tbody>
          </Table>
        )
      ) : jobs.isError ? (
        <PageProblem error={jobs.error} reset={() => void jobs.refetch()} />
      ) : (
        <div role="status" className="space-y-3 p-5">
          <p className="text-quiet text-sm">Loading jobs…</p>
          <Skeleton className="h-10 w-full" />
          <Skeleton className="h-10 w-full" />
        </div>
      )}
      <ShowMore pages={jobs} />
    </Card>
  );
}
