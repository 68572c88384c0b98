const steps = { 2: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024], 10: [1, 2, 2.5, 5, 10] };

/** ticksTo returns round numbers from 0 to the first at or above a highest value, four steps at the most. Nothing else than zeros makes two ticks. */
export function ticksTo(highest: number, base: 2 | 10): number[] {
  if (!(highest > 0)) return [0, 1];

  const most = 4;
  const power = base === 2 ? 1024 : 10;
  const magnitude = power ** Math.floor(Math.log(highest / most) / Math.log(power));
  const step = magnitude * (steps[base].find((each) => each * magnitude * most >= highest) ?? power);
  const count = Math.ceil(Number((highest / step).toPrecision(12)));

  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** timeTick names a time on an axis whose ticks are some seconds apart: the time of the day, and the date where a day begins. */
export function timeTick(seconds: number, apart: number): string {
  const at = new Date(seconds * 1000);
  const midnight = at.getHours() === 0 && at.getMinutes() === 0;
  return apart >= 86_400 || midnight ? date.format(at) : clock.format(at);
}

/** formatPoint names the point of a series that begins at a time: "14:05", or "Sun 29 Nov, 14:00" where points are long or of another day. */
export function formatPoint(seconds: number, step: number, now: number): string {
  const at = new Date(seconds * 1000);
  if (step < 3600 && now - seconds < 86_400) return clock.format(at);
  return step >= 86_400 ? date.format(at) : `${date.format(at)}, ${clock.format(at)}`;
}
