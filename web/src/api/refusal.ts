const listeners = new Set<() => void>();

/** noteRefusal tells the page that the platform has refused something for want of rights. */
export function noteRefusal(): void {
  for (const listener of listeners) listener();
}

/** onRefusal calls a listener with each refusal, until what it returns is called. */
export function onRefusal(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
