import { Suspense, useState } from 'react';
import { lazyPart } from '@/lib/lazy-part';
import type { ConfirmProps } from './confirm-dialog';

const ConfirmDialog = lazyPart(() => import('./confirm-dialog'));

/** Confirm says what an action will do, and does it when the user says yes. An error stays in the dialog. */
export function Confirm(props: ConfirmProps) {
  const [wanted, setWanted] = useState(props.open);
  if (props.open && !wanted) setWanted(true);

  return (
    wanted && (
      <Suspense>
        <ConfirmDialog {...props} />
      </Suspense>
    )
  );
}
