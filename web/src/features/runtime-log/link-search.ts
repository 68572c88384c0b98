import type { Entry } from './entry';
import type { Chosen } from './filters';

const around = 30_000;

/** linkSearch is what leads to an entry: to a line in its context, to a request among what happened at the same time. */
export function linkSearch(entry: Entry): Chosen {
  if (entry.kind === 'line') return { line: entry.line.id };

  return {
    request: entry.request.id,
    from: new Date(entry.time - around).toISOString(),
    to: new Date(entry.time + around).toISOString(),
  };
}
