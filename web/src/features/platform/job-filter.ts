import type { Schemas } from '@/api/client';

type State = Schemas['QueueJob']['state'];

/** JobFilter is what the list of jobs is narrowed to, as it stands in the page's address. */
export type JobFilter = { state?: State | undefined; queue?: string | undefined };

/** jobStates are the choices of the filter by state. */
export const jobStates: { value: State | 'all'; name: string }[] = [
  { value: 'all', name: 'All states' },
  { value: 'running', name: 'Running' },
  { value: 'available', name: 'Waiting for a slot' },
  { value: 'retryable', name: 'Tried again' },
  { value: 'scheduled', name: 'Later' },
];

/** readJobFilter takes from an address what is a filter, and passes over what is not. */
export function readJobFilter(search: Record<string, unknown>): JobFilter {
  const state = jobStates.find(({ value }) => value !== 'all' && value === search.state)?.value as State | undefined;
  const queue = typeof search.queue === 'string' && search.queue.length <= 100 && search.queue ? search.queue : undefined;

  return { ...(state ? { state } : {}), ...(queue ? { queue } : {}) };
}
