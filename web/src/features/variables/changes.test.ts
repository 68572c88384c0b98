import { describe, expect, it } from 'vitest';
import { changesOf, isWork, problemOfVariable } from './changes';

const kinds = (changes: ReturnType<typeof changesOf>) => Object.fromEntries(changes.map(({ name, kind }) => [name, kind]));

describe('changesOf', () => {
  it('tells what is added, written over and kept where values cannot be read', () => {
    const changes = changesOf(
      [
        { name: 'NEW', value: '1' },
        { name: 'OLD', value: '2' },
      ],
      [{ name: 'OLD' }, { name: 'OTHER' }],
      false,
    );
    expect(kinds(changes)).toEqual({ NEW: 'added', OLD: 'written', OTHER: 'kept' });
    expect(changes.filter(isWork).map(({ name }) => name)).toEqual(['NEW', 'OLD']);
  });

  it('tells changed from unchanged where values are known', () => {
    const file = [
      { name: 'A', value: 'same' },
      { name: 'B', value: 'other' },
    ];
    const there = [
      { name: 'A', value: 'same' },
      { name: 'B', value: '' },
    ];
    expect(kinds(changesOf(file, there, false))).toEqual({ A: 'unchanged', B: 'changed' });
  });

  it('removes what the file does not have when that is asked for', () => {
    expect(kinds(changesOf([{ name: 'A', value: '' }], [{ name: 'A' }, { name: 'B' }], true))).toEqual({ A: 'written', B: 'removed' });
  });

  it('takes the last value of a name that stands twice', () => {
    const twice = [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ];
    expect(changesOf(twice, [], false)).toEqual([{ name: 'A', value: '2', kind: 'added' }]);
  });

  it('does not take a name for one that JavaScript knows', () => {
    expect(kinds(changesOf([{ name: 'constructor', value: '1' }], [], false))).toEqual({ constructor: 'added' });
  });
});

describe('problemOfVariable', () => {
  it.each([
    ['1A', ''],
    ['A-B', ''],
    ['<b>', ''],
    ['ZEITWORK_X', ''],
    ['PORT', 'http'],
    ['BIG', 'x'.repeat(65_537)],
    ['NUL', 'a\0b'],
    ['N'.repeat(256), ''],
  ])('refuses %s', (name, value) => {
    expect(problemOfVariable({ name, value })).toBeTruthy();
  });

  it.each([
    ['A', ''],
    ['_a1', '<script>'],
    ['PORT', '8080'],
  ])('takes %s', (name, value) => {
    expect(problemOfVariable({ name, value })).toBeUndefined();
  });
});
