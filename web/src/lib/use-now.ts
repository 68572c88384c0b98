import { useSyncExternalStore } from 'react';
import { platformNow } from '@/api/clock';

// One timer serves all times on a page.
const second = 1000;
let now = platformNow();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = platformNow();
    for (const each of listeners) each();
  }, second);

  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** useNow is the time by the platform's clock, in milliseconds; it draws its component again when a unit of the given size has passed. */
export function useNow(unit = second): number {
  return useSyncExternalStore(subscribe, () => Math.floor((timer ? now : platformNow()) / unit) * unit);
}
