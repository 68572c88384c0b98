import type { MeasureSpan } from '@/api/queries/measures';

export type RangeName = '1h' | '6h' | '24h' | '7d' | '30d';

/** Chosen is what the address says of the page: a range, the part of it that is shown larger, and filters. Times are in seconds since 1970. */
export type Chosen = {
  range?: RangeName | undefined;
  from?: number | undefined;
  to?: number | undefined;
  environment?: string | undefined;
  deployment?: string | undefined;
};

type Range = { value: RangeName; name: string; seconds: number; phrase: string };

const hour = 3600;
const day = 24 * hour;
const lastHour: Range = { value: '1h', name: '1 h', seconds: hour, phrase: 'in the last hour' };

/** ranges are what the graphs can show up to now. */
export const ranges: Range[] = [
  lastHour,
  { value: '6h', name: '6 h', seconds: 6 * hour, phrase: 'in the last 6 hours' },
  { value: '24h', name: '24 h', seconds: day, phrase: 'in the last 24 hours' },
  { value: '7d', name: '7 d', seconds: 7 * day, phrase: 'in the last 7 days' },
  { value: '30d', name: '30 d', seconds: 30 * day, phrase: 'in the last 30 days' },
];

export function rangeOf(chosen: Chosen): Range {
  return ranges.find(({ value }) => value === chosen.range) ?? lastHour;
}

/** zoomOf is the part of the past that the address asks for, if it is one. */
export function zoomOf({ from, to }: Chosen): { from: number; to: number } | undefined {
  return from !== undefined && to !== undefined && from < to ? { from, to } : undefined;
}

export function spanOf(chosen: Chosen): MeasureSpan {
  return zoomOf(chosen) ?? { seconds: rangeOf(chosen).seconds };
}

/** zoomTo makes of two times a range in whole minutes, long enough to hold some points: minutes are kept for a day, hours after that. */
export function zoomTo(one: number, other: number, now: number): { from: number; to: number } {
  const [first, last] = [Math.min(one, other), Math.max(one, other)];
  const least = first < now - day ? 6 * hour : 300;
  const middle = (first + last) / 2;
  const from = Math.min(first, middle - least / 2);
  const to = Math.max(last, middle + least / 2);
  return { from: Math.floor(from / 60) * 60, to: Math.ceil(to / 60) * 60 };
}

const moment = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** phraseOf says in words what is shown: "in the last hour", or "from 29 Nov, 14:05 to 29 Nov, 14:20". */
export function phraseOf(chosen: Chosen): string {
  const zoom = zoomOf(chosen);
  return zoom ? `from ${moment.format(zoom.from * 1000)} to ${moment.format(zoom.to * 1000)}` : rangeOf(chosen).phrase;
}
