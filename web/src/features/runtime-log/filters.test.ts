import { expect, it } from 'vitest';
import { type Chosen, isStatus, lineFilterOf, requestFilterOf, sourcesOf } from './filters';

const now = Date.parse('2026-03-01T12:00:00Z');
const places = { environmentId: 'environment', now };

it.each<[Chosen, boolean, boolean]>([
  [{}, true, true],
  [{ show: 'app' }, true, false],
  [{ show: 'requests' }, false, true],
  [{ level: 'warn' }, true, false],
  [{ status: '5xx' }, false, true],
  [{ level: 'warn', status: '5xx' }, true, true],
  [{ q: 'text', instance: 'x' }, true, true],
])('%j reads lines: %s, requests: %s', (chosen, lines, requests) => {
  expect(sourcesOf(chosen)).toEqual({ lines, requests });
});

it('a level stands for itself and what is graver, and nothing unasked is sent', () => {
  expect(lineFilterOf({ level: 'error', q: '  ', status: '404' }, places)).toEqual({
    level: ['error', 'fatal'],
    environment_id: 'environment',
  });
  expect(lineFilterOf({ level: 'none' }, { ...places, environmentId: undefined })).toEqual({ level: ['none'] });
});

it('a range begins as long ago as it says, and a time that is chosen takes its place', () => {
  expect(requestFilterOf({ range: '15m' }, places).from).toBe('2026-03-01T11:45:00.000Z');
  expect(lineFilterOf({ range: '15m', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }, places)).toMatchObject({
    since: '2026-01-01T00:00:00Z',
    until: '2026-01-02T00:00:00Z',
  });
});

it.each([
  ['404', true],
  ['5xx', true],
  ['5x', false],
  ['0xx', false],
  ['4040', false],
])('%s is a status: %s', (text, is) => expect(isStatus(text)).toBe(is));
