import type { Schemas } from '@/api/client';

type Level = NonNullable<Schemas['LogLine']['level']>;

/** levelInk is the colour of a level; its word always stands with it. */
export const levelInk: Record<Level, string> = {
  trace: 'text-quiet',
  debug: 'text-quiet',
  info: 'text-busy',
  warn: 'text-warn',
  error: 'text-bad',
  fatal: 'font-semibold text-bad',
};

/** statusInk is the colour of the class of a status; its number always stands with it. */
export function statusInk(status: number): string {
  if (status >= 500) return 'text-bad';
  if (status >= 400) return 'text-warn';
  return status >= 300 ? 'text-busy' : 'text-good';
}

/** edgeOf is the mark at the edge of a row that has gone wrong. */
export function edgeOf(level: Level | undefined, status: number | undefined): string {
  if (level === 'error' || level === 'fatal' || (status !== undefined && status >= 500)) return 'border-l-bad';
  if (level === 'warn' || (status !== undefined && status >= 400)) return 'border-l-warn';
  return 'border-l-transparent';
}

/** formatMilliseconds gives the time that a request took: "0.8 ms", "12 ms", "1.4 s". */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}

/** shortId is the end of an id, which tells instances apart. */
export function shortId(id: string): string {
  return id.slice(-6);
}
