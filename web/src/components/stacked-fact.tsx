import type { ReactNode } from 'react';

/** StackedFact is a name with what is known below it, for facts that stand side by side in a grid. Facts are a list of names beside their values. */
export function StackedFact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-quiet text-sm">{name}</dt>
      <dd className="mt-0.5 min-w-0">{children}</dd>
    </div>
  );
}
