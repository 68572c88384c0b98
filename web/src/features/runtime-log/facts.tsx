import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

/** Facts are names with their values, below each other where there is little room. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-1 gap-x-4 @lg:grid-cols-[minmax(8rem,max-content)_minmax(0,1fr)] @lg:gap-y-1">{children}</dl>;
}

/** Fact is a name with its value. `mono` is for what the app has written. */
export function Fact({ name, mono = false, children }: { name: string; mono?: boolean; children: ReactNode }) {
  return (
    <>
      <dt className={cn('max-w-64 wrap-anywhere text-quiet', mono && 'font-mono text-xs leading-5')}>
        <bdi>{name}</bdi>
      </dt>
      <dd className={cn('mb-1.5 min-w-0 whitespace-pre-wrap @lg:mb-0', mono && 'font-mono text-xs leading-5')}>{children}</dd>
    </>
  );
}
