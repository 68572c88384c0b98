import { describe, expect, it } from 'vitest';
import { midnight, readSearch } from './filter';

describe('readSearch', () => {
  const actor = '01a22863-6f9b-74dd-b8a2-805d9fc340b3';

  it('takes what is a filter', () => {
    const search = { actor, action: 'project.', from: '2026-01-31' };
    expect(readSearch(search)).toEqual(search);
  });

  it.each([{ actor: 'me' }, { action: "x'; drop" }, { from: 'yesterday' }, { to: 20260131 }, { other: actor }, { subject: { a: 1 } }])(
    'passes over %j',
    (search) => {
      expect(readSearch(search)).toEqual({});
    },
  );
});

describe('midnight', () => {
  it('begins a day in the zone of the user', () => {
    expect(midnight('2026-01-31')).toBe(new Date(2026, 0, 31).toISOString());
  });

  it('is that of the next day, over the end of a month', () => {
    expect(midnight('2026-01-31', 1)).toBe(new Date(2026, 1, 1).toISOString());
  });

  it('is none of what is no day', () => {
    expect(midnight('')).toBeUndefined();
    expect(midnight(undefined)).toBeUndefined();
    expect(midnight('x-y-z')).toBeUndefined();
  });
});
