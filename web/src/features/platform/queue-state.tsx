import { CalendarClock, Hourglass, LoaderCircle, RotateCcw } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';

const looks = {
  running: { tone: 'busy', icon: LoaderCircle, word: 'Runs', spin: true },
  available: { tone: 'quiet', icon: Hourglass, word: 'Waits for a slot' },
  retryable: { tone: 'warn', icon: RotateCcw, word: 'Is tried again' },
  scheduled: { tone: 'quiet', icon: CalendarClock, word: 'Runs later' },
} as const;

/** QueueState tells whether a job runs, and what it waits for otherwise. */
export function QueueState({ state }: { state: Schemas['QueueJob']['state'] }) {
  return <State {...looks[state]} />;
}
