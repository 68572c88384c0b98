import type { Schemas } from '@/api/client';
import { Td } from '@/components/table';
import { Text } from '@/components/text';
import { Duration, Time } from '@/components/time';
import { DeploymentLink } from './deployment-link';
import { QueueState } from './queue-state';

/** JobRow is a job that runs or waits: for what, at which place, and when it is tried next. */
export function JobRow({ job, riverUI }: { job: Schemas['QueueJob']; riverUI: string | undefined }) {
  return (
    <tr>
      <Td className="min-w-44">
        <span className="font-medium">{job.kind}</span>
        <p className="text-quiet text-sm">
          {riverUI ? (
            <a href={`${riverUI}jobs/${job.id}`} className="underline decoration-edge underline-offset-2">
              job {job.id}
            </a>
          ) : (
            `job ${job.id}`
          )}
          , queue {job.queue}
        </p>
      </Td>
      <Td className="min-w-64">
        <QueueState state={job.state} />
        {job.place !== undefined && <span className="ml-2 text-quiet text-sm">place {job.place}</span>}
        {job.waiting_because && (
          <p className="mt-1 text-soft text-sm">
            <Text text={job.waiting_because} />
          </p>
        )}
        {job.last_error && (
          <details className="mt-1 text-sm">
            <summary className="rounded text-quiet">The error of the last attempt</summary>
            <p className="mt-1 whitespace-pre-wrap wrap-anywhere font-mono">
              <bdi>{job.last_error}</bdi>
            </p>
          </details>
        )}
      </Td>
      <Td className="min-w-36">
        {job.deployment_id ? (
          <DeploymentLink deploymentId={job.deployment_id} project={job.project} organisation={job.organisation} />
        ) : job.organisation ? (
          <span className="wrap-anywhere">{[job.organisation.slug, job.project?.slug].filter(Boolean).join('/')}</span>
        ) : (
          <span className="text-quiet">the platform</span>
        )}
      </Td>
      <Td>
        <Duration from={job.since} />
      </Td>
      <Td className="tabular-nums">{job.attempt}</Td>
      <Td>{job.next_try_at ? <Time at={job.next_try_at} /> : <span className="text-quiet">–</span>}</Td>
      <Td className="min-w-28 text-sm">{job.worker ? <Text text={job.worker} /> : <span className="text-quiet">–</span>}</Td>
    </tr>
  );
}
