import { Archive, Ban, CircleAlert, CircleCheck, CircleDashed, FastForward, LoaderCircle } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';

const looks = {
  queued: { tone: 'quiet', icon: CircleDashed, word: 'Queued' },
  deploying: { tone: 'busy', icon: LoaderCircle, word: 'Deploying', spin: true },
  live: { tone: 'good', icon: CircleCheck, word: 'Live' },
  failed: { tone: 'bad', icon: CircleAlert, word: 'Failed' },
  cancelled: { tone: 'quiet', icon: Ban, word: 'Cancelled' },
  superseded: { tone: 'quiet', icon: FastForward, word: 'Superseded' },
  retired: { tone: 'quiet', icon: Archive, word: 'Retired' },
} as const;

/** DeploymentState tells how a deployment is. */
export function DeploymentState({ state, bare = false }: { state: Schemas['Deployment']['state']; bare?: boolean }) {
  return <State {...looks[state]} bare={bare} />;
}
