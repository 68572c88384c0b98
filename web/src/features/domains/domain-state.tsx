import { CircleAlert, CircleCheck, Clock } from 'lucide-react';
import { State } from '@/components/state';

const looks = {
  claimed: { tone: 'warn', icon: Clock, word: 'Waits for its DNS' },
  active: { tone: 'good', icon: CircleCheck, word: 'Active' },
  failing: { tone: 'bad', icon: CircleAlert, word: 'Proof is missing' },
} as const;

/** DomainState tells whether a domain answers, and whether the DNS proves whose it is. */
export function DomainState({ state }: { state: string }) {
  return <State {...(looks[state as keyof typeof looks] ?? { tone: 'quiet', icon: Clock, word: state })} />;
}
