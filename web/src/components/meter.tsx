import { Meter as Base } from '@base-ui/react/meter';
import { cn } from '@/lib/cn';

type Props = { label: string; value: number; limit: number; format: (value: number) => string };

/** Meter shows how much of a limit is used, in words and as a bar. */
export function Meter({ label, value, limit, format }: Props) {
  const share = limit > 0 ? Math.min(value / limit, 1) : 0;

  return (
    <Base.Root value={share * 100} aria-valuetext={`${format(value)} of ${format(limit)}`} className="min-w-0">
      <div className="mb-1.5 flex items-baseline justify-between gap-4">
        <Base.Label className="font-medium">{label}</Base.Label>
        <span className="shrink-0 text-quiet text-sm tabular-nums">
          {format(value)} of {format(limit)}
        </span>
      </div>
      <Base.Track className="h-1.5 overflow-hidden rounded-full bg-pressed">
        <Base.Indicator className={cn('h-full rounded-full', share >= 1 ? 'bg-bad' : share >= 0.8 ? 'bg-warn' : 'bg-accent-fill')} />
      </Base.Track>
    </Base.Root>
  );
}
