import { cn } from '@/lib/cn';
import { type RangeName, ranges } from './ranges';

type Props = { value: RangeName | undefined; onChange: (range: RangeName) => void };

/** RangeChoice chooses how far back the graphs reach; none is chosen while they show a part of the past. */
export function RangeChoice({ value, onChange }: Props) {
  return (
    <fieldset className="inline-flex rounded-md border border-edge bg-surface p-0.5">
      <legend className="sr-only">How far back</legend>
      {ranges.map((range) => (
        <button
          key={range.value}
          type="button"
          aria-pressed={range.value === value}
          onClick={() => onChange(range.value)}
          className={cn(
            'h-6.5 whitespace-nowrap rounded-sm px-2.5 tabular-nums',
            range.value === value ? 'bg-text font-medium text-page' : 'text-soft hover:bg-hover hover:text-text',
          )}
        >
          {range.name}
        </button>
      ))}
    </fieldset>
  );
}
