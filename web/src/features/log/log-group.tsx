import { Ban, ChevronRight, CircleAlert, CircleCheck, CircleDashed, LoaderCircle } from 'lucide-react';
import { memo } from 'react';
import { Duration } from '@/components/time';
import { cn } from '@/lib/cn';
import { plural } from '@/lib/units';
import type { LogGroup } from './source';

const looks = {
  running: { icon: LoaderCircle, ink: 'text-busy', word: 'running' },
  done: { icon: CircleCheck, ink: 'text-good', word: 'done' },
  cached: { icon: CircleDashed, ink: 'text-quiet', word: 'cached' },
  failed: { icon: CircleAlert, ink: 'text-bad', word: 'failed' },
  cancelled: { icon: Ban, ink: 'text-quiet', word: 'cancelled' },
} as const;

type Props = {
  group: LogGroup;
  open: boolean;
  selected: boolean;
  current: boolean;
  /** found is how many lines of the group a search has found. */
  found: number;
  onToggle: (group: number, open: boolean) => void;
};

/** LogGroupRow is the head of a group, which folds and unfolds it. */
export const LogGroupRow = memo(function LogGroupRow({ group, open, selected, current, found, onToggle }: Props) {
  const { icon: Icon, ink, word } = looks[group.state];
  const lines = group.ranges.reduce((sum, range) => sum + range.last - range.first + 1, 0);

  return (
    <button
      type="button"
      aria-expanded={open}
      onClick={() => onToggle(group.number, !open)}
      className={cn(
        'sticky left-0 flex h-8 w-[100cqi] items-center gap-2 border-line border-b px-3 text-left font-mono text-xs outline-offset-[-2px]',
        current ? 'bg-mark-line' : selected ? 'bg-accent-page' : 'bg-page hover:bg-hover',
      )}
    >
      <ChevronRight aria-hidden className={cn('size-3.5 shrink-0 text-quiet transition-transform', open && 'rotate-90')} />
      <Icon aria-hidden className={cn('size-3.5 shrink-0', ink, group.state === 'running' && 'animate-spin motion-reduce:animate-none')} />
      <bdi className="min-w-0 flex-1 truncate text-text" title={group.name}>
        {group.name}
      </bdi>
      {found > 0 && <span className="shrink-0 rounded-xs bg-mark px-1 text-text">{found} found</span>}
      {group.attempt > 1 && <span className="hidden shrink-0 text-quiet sm:inline">attempt {group.attempt}</span>}
      <span className="hidden shrink-0 text-quiet tabular-nums sm:inline">{plural(lines, 'line')}</span>
      <span className={cn('shrink-0 tabular-nums', ink)}>
        {word}
        {(group.state === 'running' || (group.endedAt && group.state !== 'cached')) && (
          <>
            {' '}
            <Duration from={group.startedAt} to={group.endedAt} />
          </>
        )}
      </span>
    </button>
  );
});
