import { expect, test } from 'vitest';
import { marksOf, matches, parseQuery } from './query';

const finds = (query: string, line: string) => matches(parseQuery(query), line);

test('a line needs all words, in any case', () => {
  expect(finds('npm ERR', 'NPM err! missing')).toBe(true);
  expect(finds('npm ERR', 'npm install')).toBe(false);
});

test('a phrase is found as it stands, and - says what must not be there', () => {
  expect(finds('"not found"', 'module not found')).toBe(true);
  expect(finds('"not found"', 'found, not')).toBe(false);
  expect(finds('error -retry', 'error, retry')).toBe(false);
  expect(finds('-"GET /"', 'GET / 200')).toBe(false);
  expect(finds('a - b', 'a b')).toBe(false);
});

test('slashes hold a regular expression; a path is a word', () => {
  expect(finds('/status=5\\d\\d/', 'status=503')).toBe(true);
  expect(finds('/ERR/', 'err')).toBe(false);
  expect(finds('/ERR/i', 'err')).toBe(true);
  expect(finds('/app/src', 'in /app/src/main')).toBe(true);
});

test('what is no regular expression here is left to the platform', () => {
  expect(parseQuery('/(?P<x>a)/ b')).toHaveLength(1);
});

test('marks join where they overlap, and end for patterns that match nothing', () => {
  expect(marksOf(parseQuery('abc cde'), 'abcde abc')).toEqual([
    [0, 5],
    [6, 9],
  ]);
  expect(marksOf(parseQuery('/x*/'), 'aaa')).toEqual([]);
  expect(marksOf(parseQuery('-a'), 'aaa')).toEqual([]);
});
