import { expect, it } from 'vitest';
import { learnClock, platformNow } from './clock';

const hour = 3_600_000;

it('the time is the platform’s on a machine whose clock is an hour off', () => {
  learnClock(new Response('', { headers: { Date: new Date(Date.now() + hour).toUTCString() } }));
  expect(Math.abs(platformNow() - Date.now() - hour)).toBeLessThan(2000);

  learnClock(new Response('', { headers: { Date: new Date().toUTCString() } }));
  expect(Math.abs(platformNow() - Date.now())).toBeLessThan(1000);
});
