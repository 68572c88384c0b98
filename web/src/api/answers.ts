const listeners = new Set<() => void>();

/** noteAnswer tells the page that the platform has answered, were it to refuse something. */
export function noteAnswer(): void {
  for (const listener of listeners) listener();
}

/** onAnswer calls a listener with each answer, until what it returns is called. */
export function onAnswer(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
