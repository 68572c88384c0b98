import { useState, useSyncExternalStore } from 'react';
import { hasSessionEnded, onSessionEnd, signInPath } from '@/api/session-end';
import { Button, buttonClass } from '@/components/button';
import { Dialog } from '@/components/dialog';

/** SessionEnded says that the session is over, without taking away what the user was typing. */
export function SessionEnded() {
  const ended = useSyncExternalStore(onSessionEnd, hasSessionEnded);
  const [looking, setLooking] = useState(false);

  return (
    <Dialog
      open={ended && !looking}
      onOpenChange={(open) => setLooking(!open)}
      title="You are signed out"
      text="Your session has ended, or was ended in another place. What you have typed is still on this page; nothing that you do now is saved."
      footer={
        <>
          <Button onClick={() => setLooking(true)}>Look at the page</Button>
          <a className={buttonClass('main')} href={signInPath()}>
            Sign in again
          </a>
        </>
      }
    />
  );
}
