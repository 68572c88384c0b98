import { describe, expect, it } from 'vitest';
import { isDotenvFile, longestDotenv, looksLikeDotenv, parseDotenv } from './dotenv';

describe('parseDotenv', () => {
  it('reads what is common, as the command does', () => {
    const text = `\ufeff# a comment\r\nPLAIN=value\r\n
export EXPORTED=yes
EMPTY=
SPACES =  two words   # and a comment
HASH="a # b"
SINGLE='it costs $5\\n'
DOUBLE="two\\nlines and a \\"quote\\""
URL=postgres://me:p@ss=word@host/db?x=1
BCRYPT=$2a$10$abc/def
KEY="-----BEGIN KEY-----
abc=
-----END KEY-----"
BACK=\`it's "both"\`
LAST=1`;

    expect(parseDotenv(text)).toEqual({
      variables: [
        { name: 'PLAIN', value: 'value' },
        { name: 'EXPORTED', value: 'yes' },
        { name: 'EMPTY', value: '' },
        { name: 'SPACES', value: 'two words' },
        { name: 'HASH', value: 'a # b' },
        { name: 'SINGLE', value: 'it costs $5\\n' },
        { name: 'DOUBLE', value: 'two\nlines and a "quote"' },
        { name: 'URL', value: 'postgres://me:p@ss=word@host/db?x=1' },
        { name: 'BCRYPT', value: '$2a$10$abc/def' },
        { name: 'KEY', value: '-----BEGIN KEY-----\nabc=\n-----END KEY-----' },
        { name: 'BACK', value: 'it\'s "both"' },
        { name: 'LAST', value: '1' },
      ],
    });
  });

  it.each([
    ['A=1\nno variable\nB=2', 'Line 2'],
    ['A=1\n\n=x', 'Line 3'],
    ['A=1\nB="never ends', 'Line 2'],
    ['A="x" y', 'Line 1'],
  ])('names the line that is no variable: %j', (text, line) => {
    expect(parseDotenv(text)).toMatchObject({ variables: [], problem: expect.stringContaining(line) });
  });

  it('takes the last of a name that stands there twice', () => {
    expect(parseDotenv('A=1\nB=2\nA=3').variables).toEqual([
      { name: 'A', value: '3' },
      { name: 'B', value: '2' },
    ]);
  });

  it('keeps markup and marks of direction as they are', () => {
    expect(parseDotenv('A=<img onerror=x>\nB=\u202eabc').variables).toEqual([
      { name: 'A', value: '<img onerror=x>' },
      { name: 'B', value: '\u202eabc' },
    ]);
  });

  it('finds nothing in nothing', () => {
    expect(parseDotenv('\n# only this\n')).toEqual({ variables: [] });
  });

  it('reads a hostile file in a moment', () => {
    const started = performance.now();
    parseDotenv(`A="${'\\"'.repeat(50_000)}`);
    parseDotenv(`${'A = '.repeat(20_000)}"`);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(parseDotenv('A'.repeat(longestDotenv + 1)).problem).toContain('too long');
  });
});

describe('looksLikeDotenv', () => {
  it.each(['A=1', 'export TOKEN = x', 'text\nB_2=3'])('takes %j for a file', (text) => expect(looksLikeDotenv(text)).toBe(true));
  it.each(['a value', 'https://example.com/?a=b', '=x', 'p@ss=word'])('takes %j for a value', (text) =>
    expect(looksLikeDotenv(text)).toBe(false),
  );
});

describe('isDotenvFile', () => {
  it('takes several variables for a file, and one or a key of several lines for a value', () => {
    expect(isDotenvFile('A=1\nB=2')).toBe(true);
    expect(isDotenvFile('A=1')).toBe(false);
    expect(isDotenvFile('-----BEGIN KEY-----\nabc=\n-----END KEY-----')).toBe(false);
  });
});
