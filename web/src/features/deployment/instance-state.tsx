import { CircleAlert, CircleCheck, CircleDashed, CirclePause, LoaderCircle } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';

const looks = {
  pending: { tone: 'quiet', icon: CircleDashed, word: 'Pending' },
  pulling: { tone: 'busy', icon: LoaderCircle, word: 'Pulling', spin: true },
  starting: { tone: 'busy', icon: LoaderCircle, word: 'Starting', spin: true },
  running: { tone: 'busy', icon: LoaderCircle, word: 'Running', spin: true },
  healthy: { tone: 'good', icon: CircleCheck, word: 'Healthy' },
  unhealthy: { tone: 'bad', icon: CircleAlert, word: 'Unhealthy' },
  crashed: { tone: 'bad', icon: CircleAlert, word: 'Crashed' },
  exited: { tone: 'quiet', icon: CirclePause, word: 'Exited' },
  stopping: { tone: 'quiet', icon: CirclePause, word: 'Stopping' },
  removed: { tone: 'quiet', icon: CirclePause, word: 'Removed' },
  failed: { tone: 'bad', icon: CircleAlert, word: 'Failed' },
} as const;

/** InstanceState tells how a VM is. */
export function InstanceState({ state }: { state: Schemas['VM']['state'] }) {
  return <State {...looks[state]} />;
}
