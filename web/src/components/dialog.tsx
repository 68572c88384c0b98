import { Suspense, useState } from 'react';
import { lazyPart } from '@/lib/lazy-part';
import type { DialogProps } from './dialog-popup';

// Nothing of a dialog is loaded before the first one opens.
const DialogPopup = lazyPart(() => import('./dialog-popup'));

/** Dialog asks for something before anything else goes on. Escape closes it, unless it is a lasting one. */
export function Dialog(props: DialogProps) {
  const [wanted, setWanted] = useState(props.open);
  if (props.open && !wanted) setWanted(true);

  return (
    wanted && (
      <Suspense>
        <DialogPopup {...props} />
      </Suspense>
    )
  );
}
