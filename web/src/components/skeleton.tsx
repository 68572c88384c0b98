import { cn } from '@/lib/cn';

/** Skeleton holds the place of something that is being loaded. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn('block animate-pulse rounded-md bg-hover', className)} />;
}

/** PageSkeleton holds the place of a page; its words are for screen readers and slow connections. */
export function PageSkeleton() {
  return (
    <div role="status" className="mx-auto w-full max-w-6xl space-y-4 px-4 py-6 sm:px-6">
      <p className="text-quiet text-sm">Loading…</p>
      <Skeleton className="h-8 w-64" />
      <Skeleton className="h-40 w-full" />
      <Skeleton className="h-24 w-full" />
    </div>
  );
}
