import { formatAge, formatDuration, formatExact } from '@/lib/time';
import { useNow } from '@/lib/use-now';

/** Time says how long ago something was, and exactly when on hover. */
export function Time({ at }: { at: string }) {
  const now = useNow(10_000);
  const time = Date.parse(at);
  if (Number.isNaN(time)) return <span>at an unknown time</span>;

  return (
    <time dateTime={at} title={formatExact(time)} className="whitespace-nowrap">
      {formatAge(time, now)}
    </time>
  );
}

/** Duration says how long something took, or takes so far where it has not ended. */
export function Duration({ from, to }: { from: string; to?: string | undefined }) {
  const now = useNow();
  const end = to ? Date.parse(to) : now;

  return <span className="whitespace-nowrap tabular-nums">{formatDuration(end - Date.parse(from))}</span>;
}
