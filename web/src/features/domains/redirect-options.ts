import type { Schemas } from '@/api/client';

/** redirectOptions are what the visitors of a domain can get: the app, or another domain of its environment. */
export function redirectOptions(others: Schemas['Domain'][]): { value: string; name: string }[] {
  const targets = others.filter(({ hostname, redirect_to }) => !hostname.startsWith('*') && !redirect_to);
  return [{ value: '', name: 'The app' }, ...targets.map(({ hostname }) => ({ value: hostname, name: `Sent on to ${hostname}` }))];
}
