const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86400],
  ['month', 30 * 86400],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'long' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });

/** formatAge says how long ago a time was, such as "3 minutes ago". Both times are in milliseconds since 1970. */
export function formatAge(time: number, now: number): string {
  const seconds = Math.round((time - now) / 1000);
  // The clock of a page moves every ten seconds: what is as far ahead of it has happened a moment ago.
  if (seconds > -10 && seconds < 15) return 'just now';

  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }

  return relative.format(seconds, 'second');
}

/** formatExact gives a time to the second in the user's zone, with the zone's name. */
export function formatExact(time: number): string {
  return exact.format(time);
}

/** formatDuration gives a duration in milliseconds as people say it: "0.4 s", "12 s", "3 min 5 s", "2 h 4 min". */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;

  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;

  return `${Math.floor(minutes / 1440)} days`;
}

/** formatTimeLeft says how much of a time is left, given in milliseconds, in its largest unit: "7 days", "1 hour". */
export function formatTimeLeft(milliseconds: number): string {
  const minutes = Math.max(1, Math.ceil(milliseconds / 60_000));
  const [count, unit] = minutes >= 48 * 60 ? [minutes / 1440, 'day'] : minutes >= 120 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  // What begins with seven days has seven of them left a moment later.
  const whole = Math.round(count);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

/** formatClock gives the time of the day of a time, to the millisecond, in the user's zone: "14:05:09.120". */
export function formatClock(at: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time) ? '' : clock.format(time);
}

const moment = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** formatMoment gives a time in milliseconds since 1970 as a day and a time, in the user's zone: "29 Nov, 14:05:09". */
export function formatMoment(time: number): string {
  return moment.format(time);
}
