import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

/** Table scrolls sideways by itself where the screen is narrower than it is. `label` names it. */
export function Table({ label, children, ...rest }: ComponentProps<'table'> & { label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
    <section className="relative overflow-x-auto" aria-label={label} tabIndex={0}>
      <table className="w-full border-collapse text-left" {...rest}>
        {children}
      </table>
    </section>
  );
}

export function Th({ className, ...rest }: ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      className={cn(
        'whitespace-nowrap border-line border-b px-4 py-2 font-medium text-quiet text-sm first:sm:pl-5 last:sm:pr-5',
        className,
      )}
      {...rest}
    />
  );
}

export function Td({ className, ...rest }: ComponentProps<'td'>) {
  return (
    <td
      className={cn('border-line border-b px-4 py-2.5 align-top first:sm:pl-5 last:sm:pr-5 [tr:last-child>&]:border-b-0', className)}
      {...rest}
    />
  );
}
