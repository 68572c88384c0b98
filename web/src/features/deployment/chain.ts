import type { Schemas } from '@/api/client';
import { isUnderWay } from './under-way';

type Attempt = Schemas['StepAttempt'];

/** Step is one step of the chain of a deployment, with all of its attempts. */
export type Step = {
  name: string;
  title: string;
  /** waiting: it did not run yet. left out: it was not needed. never: the deployment ended before it. */
  state: 'waiting' | 'running' | 'succeeded' | 'failed' | 'retrying' | 'cancelled' | 'held' | 'left out' | 'never';
  attempts: Attempt[];
};

const titles: Record<string, string> = {
  clone: 'Fetch the source',
  detect: 'Detect the framework',
  build: 'Build the image',
  push: 'Keep the image',
  release: 'Run the release command',
  schedule: 'Place the instances',
  health_check: 'Wait until they are healthy',
  flip_route: 'Lead visitors to them',
};

const made = ['clone', 'detect', 'build', 'push'];

/** chainOf returns the steps of a deployment in their order, those that ran and those that will. */
export function chainOf(deployment: Schemas['Deployment'], hasReleaseCommand: boolean): Step[] {
  const timeline = deployment.timeline ?? [];
  const goesBack = deployment.trigger === 'rollback' || deployment.trigger === 'restore';
  const reuses = goesBack || deployment.trigger === 'promote';
  const ended = !isUnderWay(deployment.state);

  return Object.entries(titles).flatMap(([name, title]): Step[] => {
    const attempts = timeline.filter((attempt) => attempt.step === name);
    const last = attempts.at(-1);
    if (last) return [{ name, title, state: ended && last.state === 'running' ? endedAs(deployment) : last.state, attempts }];
    if (name === 'release' && (!hasReleaseCommand || goesBack)) return [];
    if (reuses && made.includes(name)) return [{ name, title, state: 'left out', attempts }];
    return [{ name, title, state: ended ? 'never' : 'waiting', attempts }];
  });
}

/** endedAs is how a step ended with its deployment, of which nobody noted the end. */
function endedAs({ state }: Schemas['Deployment']): Step['state'] {
  if (state === 'failed') return 'failed';
  return state === 'live' || state === 'retired' ? 'succeeded' : 'cancelled';
}

/** placeInQueue says where a deployment stands among those of its organisation that wait for the same. Of the platform's queues its message says so. */
export function placeInQueue(place: Schemas['QueuePlace'] | undefined): string {
  const where = { builds: "your organisation's builds", quota: 'what waits for room in your quotas' }[place?.queue ?? ''];
  if (!place || !where) return '';
  if (place.length === 1) return `Next in ${where}.`;
  return place.position === 1 ? `Next of ${place.length} in ${where}.` : `Number ${place.position} of ${place.length} in ${where}.`;
}
