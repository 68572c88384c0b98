import { expect, it } from 'vitest';
import { idOf, matchOf, numberOf, oneOf, textOf, timeOf } from './search';

it('what an address cannot mean counts as left out', () => {
  expect([textOf(''), textOf({ a: 1 }), textOf(['x']), textOf('x'.repeat(501))]).toEqual([undefined, undefined, undefined, undefined]);
  expect([oneOf('live', ['live', 'failed']), oneOf('LIVE', ['live'])]).toEqual(['live', undefined]);
  expect([matchOf('5xx', /^[1-9]xx$/), matchOf('5xx<script>', /^[1-9]xx$/)]).toEqual(['5xx', undefined]);
  expect([idOf('0190a1b2-0000-7000-8000-000000000000'), idOf('../../v1')]).toEqual(['0190a1b2-0000-7000-8000-000000000000', undefined]);
  expect([numberOf(7, 10), numberOf(-1, 10), numberOf(11, 10), numberOf(1.5, 10), numberOf('7', 10)]).toEqual([
    7,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect([timeOf('2026-03-01T12:00:00Z'), timeOf('yesterday')]).toEqual(['2026-03-01T12:00:00Z', undefined]);
});

it('a number is a text where a text is asked for: the router has read it as JSON', () => {
  expect(textOf(404)).toBe('404');
});
