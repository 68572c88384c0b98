import { Building2, Plus } from 'lucide-react';
import { Suspense, useState } from 'react';
import { Button, buttonClass } from '@/components/button';
import { Empty } from '@/components/empty';
import { lazyPart } from '@/lib/lazy-part';
import { ReceivedInvitations } from './received-invitations';

const CreateOrganisation = lazyPart(() => import('./create-organisation'));

/** NoOrganisation is what a user sees who is a member of none. */
export function NoOrganisation() {
  const [creating, setCreating] = useState(false);

  return (
    <main>
      <div className="mx-auto max-w-2xl space-y-4 px-4 pt-6">
        <ReceivedInvitations />
      </div>
      <Empty
        icon={Building2}
        title="You are a member of no organisation"
        actions={
          <>
            <Button look="main" onClick={() => setCreating(true)}>
              <Plus aria-hidden />
              New organisation
            </Button>
            <a className={buttonClass()} href="/account">
              Your account
            </a>
          </>
        }
      >
        <p>Projects belong to organisations. Make one of your own, or ask an owner of another to invite you.</p>
      </Empty>
      {creating && (
        <Suspense>
          <CreateOrganisation open={creating} onOpenChange={setCreating} />
        </Suspense>
      )}
    </main>
  );
}
