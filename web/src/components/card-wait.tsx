import { asProblem } from '@/api/problem';
import { Skeleton } from './skeleton';

/** CardWait holds the place of what a card shows while that is loaded, and says why where it cannot be. */
export function CardWait({ error, what }: { error: unknown; what: string }) {
  if (error) return <p className="text-bad">{asProblem(error).message}</p>;

  return (
    <div role="status" aria-label={`Loading ${what}`}>
      <Skeleton className="h-10 w-full" />
    </div>
  );
}
