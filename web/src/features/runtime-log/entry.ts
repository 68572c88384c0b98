import type { Schemas } from '@/api/client';

/** Entry is one thing that happened: the app wrote a line, or an edge passed on a request. */
export type Entry = { key: string /** time is in milliseconds since 1970. */; time: number } & (
  | { kind: 'line'; line: Schemas['LogLine'] }
  | { kind: 'request'; request: Schemas['RequestRecord'] }
);

export function entryOfLine(line: Schemas['LogLine']): Entry {
  return { kind: 'line', key: `line-${line.id}`, time: timeOf(line.logged_at), line };
}

export function entryOfRequest(request: Schemas['RequestRecord']): Entry {
  return { kind: 'request', key: `request-${request.id}`, time: timeOf(request.started_at), request };
}

function timeOf(at: string): number {
  return Date.parse(at) || 0;
}

/** compareEntries puts entries into the order in which they happened. Requests stand in front of the lines of the same millisecond, which they may have caused. */
export function compareEntries(a: Entry, b: Entry): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.kind === 'line' && b.kind === 'line') return a.line.id - b.line.id;
  if (a.kind !== b.kind) return a.kind === 'request' ? -1 : 1;

  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** messageOf is what one reads first of a line: of JSON its message. */
export function messageOf(line: Schemas['LogLine']): string {
  return line.message?.trim() ? line.message : line.line;
}

/** textOf is an entry as it is copied. */
export function textOf(entry: Entry): string {
  if (entry.kind === 'line') return entry.line.line;

  const { started_at, kind, message = '', method = '', path = '', status = 0, duration_ms = 0 } = entry.request;
  return kind === 'request' ? `${started_at} ${method} ${path} ${status} ${Math.round(duration_ms)}ms` : `${started_at} ${message}`;
}
