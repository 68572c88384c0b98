import { formatBytes, formatCount } from '@/lib/units';

/** Unit says how numbers of a graph are written, and whether round ones are powers of 10 or of 2. */
export type Unit = { format: (value: number) => string; base: 2 | 10 };

function short(value: number): string {
  if (value >= 100) return formatCount(Math.round(value));
  return String(Number(value.toPrecision(value >= 10 ? 3 : 2)));
}

/** formatLatency gives milliseconds, and seconds from one on: "340 ms", "1.2 s". */
export function formatLatency(milliseconds: number): string {
  return milliseconds < 1000 ? `${short(milliseconds)} ms` : `${short(milliseconds / 1000)} s`;
}

function formatCores(millis: number): string {
  const cores = Number((millis / 1000).toFixed(millis < 100 ? 3 : 2));
  return `${cores} ${cores === 1 ? 'core' : 'cores'}`;
}

export const perMinute: Unit = { format: (value) => `${short(value)}/min`, base: 10 };
export const latency: Unit = { format: formatLatency, base: 10 };
export const cores: Unit = { format: formatCores, base: 10 };
export const bytes: Unit = { format: (value) => formatBytes(Math.round(value)), base: 2 };
export const bytesPerSecond: Unit = { format: (value) => `${formatBytes(Math.round(value))}/s`, base: 2 };
export const count: Unit = { format: short, base: 10 };
