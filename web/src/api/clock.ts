let offset = 0;

/** learnClock takes the time of an answer, so that ages are right on a machine whose clock is not. */
export function learnClock(response: Response): void {
  const told = Date.parse(response.headers.get('Date') ?? '');
  // The header is to the second: anything below two says nothing.
  if (!Number.isNaN(told)) offset = Math.abs(told - Date.now()) < 2000 ? 0 : told - Date.now();
}

/** platformNow is the time by the platform's clock, in milliseconds since 1970. */
export function platformNow(): number {
  return Date.now() + offset;
}
