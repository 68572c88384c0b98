import type { ReactNode } from 'react';

/** Tag is a short word beside a name, such as a role. */
export function Tag({ children }: { children: ReactNode }) {
  return (
    <span className="inline-flex shrink-0 items-center rounded-full border border-line px-2 py-px text-quiet text-xs">{children}</span>
  );
}
