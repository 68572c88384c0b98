import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { GuardedButton } from '@/components/guarded-button';
import { type Pinned, UnpinDialog } from './unpin-dialog';

type Props = { pinned: Pinned; role: Schemas['Organisation']['role'] };

/** UnpinButton ends that a rollback keeps an environment where it is. */
export function UnpinButton({ pinned, role }: Props) {
  const [asking, setAsking] = useState(false);

  if (role === 'viewer') {
    return (
      <GuardedButton size="small" reason="Viewers may not unpin: ask an owner for another role.">
        Unpin
      </GuardedButton>
    );
  }

  return (
    <>
      <Button size="small" onClick={() => setAsking(true)}>
        Unpin
      </Button>
      <UnpinDialog open={asking} onOpenChange={setAsking} pinned={pinned} />
    </>
  );
}
