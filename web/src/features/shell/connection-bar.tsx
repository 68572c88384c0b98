import { ServerOff, WifiOff } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { streams } from '@/api/streams';

const offline = 'You are offline. What you see is from before; it is brought up to date when you are back.';
const silence = 'The platform does not answer. What you see may be out of date; trying again…';

function subscribe(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

/** ConnectionBar says that the browser is offline or that the platform does not answer, so that nobody trusts a page that no longer changes. */
export function ConnectionBar() {
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  const silent = useSyncExternalStore(streams.outage.onSilence, streams.outage.isSilent);

  const told = online ? silent && { icon: ServerOff, text: silence } : { icon: WifiOff, text: offline };

  return (
    <div role="status" className={told ? 'sticky top-0 z-50' : undefined}>
      {told && (
        <p className="flex items-center justify-center gap-2 bg-warn-page px-4 py-1.5 font-medium text-sm text-warn">
          <told.icon aria-hidden className="size-4 shrink-0" />
          {told.text}
        </p>
      )}
    </div>
  );
}
