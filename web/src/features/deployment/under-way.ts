import type { Schemas } from '@/api/client';

/** isUnderWay tells whether a deployment has not ended yet. */
export function isUnderWay(state: Schemas['Deployment']['state']): boolean {
  return state === 'queued' || state === 'deploying';
}
