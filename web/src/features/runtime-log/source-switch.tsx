import { ArrowLeftRight, SquareTerminal } from 'lucide-react';
import { cn } from '@/lib/cn';
import type { Chosen } from './filters';

const sources = [
  { value: 'app', other: 'requests', name: 'App', icon: SquareTerminal },
  { value: 'requests', other: 'app', name: 'Requests', icon: ArrowLeftRight },
] as const;

type Props = { show: Chosen['show']; onShow: (show: Chosen['show']) => void };

/** SourceSwitch has a switch for each source. One of them is always on: turning off the last one turns on the other. */
export function SourceSwitch({ show, onShow }: Props) {
  return (
    <fieldset className="flex shrink-0 rounded-md border border-edge bg-surface p-px">
      <legend className="sr-only">What is shown</legend>
      {sources.map(({ value, other, name, icon: Icon }) => {
        const on = !show || show === value;

        return (
          <button
            key={value}
            type="button"
            aria-pressed={on}
            onClick={() => onShow(on ? other : undefined)}
            className={cn(
              'inline-flex h-7 items-center gap-1.5 rounded-sm px-2.5 font-medium text-sm',
              on ? 'bg-accent-page text-accent' : 'text-quiet hover:bg-hover hover:text-text',
            )}
          >
            <Icon aria-hidden className="size-4" />
            {name}
          </button>
        );
      })}
    </fieldset>
  );
}
