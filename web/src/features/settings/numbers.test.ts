import { describe, expect, it } from 'vitest';
import { checkWhole, whole } from './numbers';

describe('whole', () => {
  it.each([
    ['8080', 8080],
    [' 7 ', 7],
    ['', 0],
    ['1.5', Number.NaN],
    ['-1', Number.NaN],
    ['1e3', Number.NaN],
    ['9'.repeat(30), Number.NaN],
  ])('reads %j', (text, number) => {
    expect(whole(text)).toBe(number);
  });
});

describe('checkWhole', () => {
  it('takes what is between, and nothing where nothing is allowed', () => {
    const check = checkWhole(1, 300);
    expect([check('1'), check('300'), check('')]).toEqual([true, true, true]);
  });

  it.each(['0', '301', 'a', '1.5'])('refuses %j with a sentence', (text) => {
    expect(checkWhole(1, 300)(text)).toContain('between 1 and 300');
  });

  it('refuses nothing where a number is needed', () => {
    expect(checkWhole(1, 2, true)('')).toContain('between 1 and 2');
  });
});
