import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';

/** Tooltip says more about an element on hover and on focus. What matters must also stand elsewhere: touch screens show none. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactElement }) {
  return (
    <Base.Root>
      <Base.Trigger render={children} delay={300} />
      <Base.Portal>
        <Base.Positioner positionMethod="fixed" sideOffset={6} className="z-60">
          <Base.Popup className="max-w-xs rounded-md bg-text px-2 py-1 text-page text-sm shadow-lg">{text}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
