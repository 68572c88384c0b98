import type { Schemas } from '@/api/client';

/** ends are how long a token can be made to live. */
export const ends = [
  { value: '7', name: '7 days' },
  { value: '30', name: '30 days' },
  { value: '90', name: '90 days' },
  { value: '365', name: 'A year' },
  { value: '', name: 'No end' },
];

/** hasEnded tells whether a token is refused because its time is over. `now` is by the platform's clock, in milliseconds. */
export function hasEnded({ expires_at: end }: Pick<Schemas['Token'], 'expires_at'>, now: number): boolean {
  return end !== undefined && Date.parse(end) <= now;
}

/** whyNotReplace says why a token cannot be replaced; undefined where it can. */
export function whyNotReplace(isOwn: boolean, ended: boolean): string | undefined {
  if (!isOwn) return 'Only who has made it can replace it.';
  return ended ? 'It has ended. Make another one.' : undefined;
}
