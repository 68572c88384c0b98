import { expect, it } from 'vitest';
import { ApiProblem, asProblem, problemOf } from './problem';
import { isWorthRetrying, retryDelay } from './query-client';

const answer = (status: number, body: string, headers: Record<string, string> = {}) => new Response(body, { status, headers });

it('an answer of the platform says what it says', async () => {
  const body = JSON.stringify({ detail: 'The name is taken.', errors: [{ location: 'body.name', message: 'taken' }], status: 409 });
  const problem = await problemOf(answer(409, body));

  expect(problem.message).toBe('The name is taken.');
  expect(problem.errors).toEqual([{ location: 'body.name', message: 'taken' }]);
});

it.each([
  [500, '<html>Bad gateway</html>', 'The platform could not answer. It is not your doing: try again in a moment.'],
  [502, '{"detail": "half of an ans', 'The platform could not answer. It is not your doing: try again in a moment.'],
  [401, '', 'You are not signed in.'],
  [418, '{}', 'The platform refused this.'],
])('an answer of status %d without words has a sentence all the same', async (status, body, sentence) => {
  expect((await problemOf(answer(status, body))).message).toBe(sentence);
});

it('no answer, and half of one, count as being offline', () => {
  expect(asProblem(new TypeError('Failed to fetch')).isOffline).toBe(true);
  expect(asProblem(new SyntaxError('Unexpected end of JSON input')).isOffline).toBe(true);
});

it('a request is sent again where that may help, after the pause that the platform asks for', async () => {
  const busy = await problemOf(answer(429, '', { 'Retry-After': '7' }));

  expect(isWorthRetrying(0, busy)).toBe(true);
  expect(retryDelay(0, busy)).toBe(7000);
  expect(isWorthRetrying(0, new ApiProblem(404, ''))).toBe(false);
  expect(isWorthRetrying(0, new ApiProblem(503, ''))).toBe(true);
  expect(isWorthRetrying(3, new ApiProblem(503, ''))).toBe(false);
});

it('a fault of the page is not told as a lost connection', () => {
  expect(asProblem(new TypeError("Cannot read properties of undefined (reading 'items')")).isOffline).toBe(false);
  expect(asProblem(new TypeError('Failed to fetch dynamically imported module: /assets/menu.js')).isOffline).toBe(false);
});
