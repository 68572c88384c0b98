let ended = false;
const listeners = new Set<() => void>();

/** noteSessionEnd tells the page that the platform no longer knows its session. */
export function noteSessionEnd(): void {
  ended = true;
  for (const listener of listeners) listener();
}

/** hasSessionEnded and onSessionEnd make a store for useSyncExternalStore. */
export const hasSessionEnded = (): boolean => ended;

export function onSessionEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** signInPath is where somebody signs in who comes back to this page afterwards. */
export function signInPath(): string {
  const here = window.location.pathname + window.location.search + window.location.hash;
  return `/sign-in?${new URLSearchParams({ return_to: here })}`;
}
