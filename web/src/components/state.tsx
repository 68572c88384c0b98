import type { LucideIcon } from 'lucide-react';
import { cn } from '@/lib/cn';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

const tones: Record<Tone, string> = {
  good: 'text-good',
  busy: 'text-busy',
  warn: 'text-warn',
  bad: 'text-bad',
  quiet: 'text-quiet',
};

const pages: Record<Tone, string> = {
  good: 'bg-good-page',
  busy: 'bg-busy-page',
  warn: 'bg-warn-page',
  bad: 'bg-bad-page',
  quiet: 'bg-hover',
};

type Props = {
  tone: Tone;
  icon: LucideIcon;
  /** word says the state; colour and icon only repeat it. */
  word: string;
  /** bare leaves the background out, for lists. */
  bare?: boolean;
  spin?: boolean;
};

/** State tells a state by word, icon and colour together. */
export function State({ tone, icon: Icon, word, bare = false, spin = false }: Props) {
  return (
    <span
      className={cn(
        'inline-flex shrink-0 items-center gap-1.5 whitespace-nowrap rounded-full font-medium text-sm',
        tones[tone],
        !bare && `px-2 py-0.5 ${pages[tone]}`,
      )}
    >
      <Icon aria-hidden className={cn('size-3.5 shrink-0', spin && 'animate-spin motion-reduce:animate-none')} />
      {word}
    </span>
  );
}
