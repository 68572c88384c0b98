import { describe, expect, it } from 'vitest';
import { draftSchema, emptyDraft, settingsOf, writtenOf } from './draft';
import { emptyRow, withPasted, withWanted } from './rows';

const wanted = [
  { name: 'PAYMENT_KEY', comment: 'Where payments go', file: '.env.example' },
  { name: 'GREETING', example: 'hello', file: '.env.example' },
];

describe('the rows of variables', () => {
  it('begin with what the source asks for', () => {
    expect(withWanted([], wanted)).toEqual([
      { ...emptyRow, name: 'PAYMENT_KEY', comment: 'Where payments go', file: '.env.example' },
      { ...emptyRow, name: 'GREETING', example: 'hello', file: '.env.example' },
    ]);
  });

  it('keep what was given when another branch asks for other variables', () => {
    const rows = withPasted(withWanted([], wanted), [
      { name: 'GREETING', value: 'hi' },
      { name: 'OWN', value: '1' },
    ]);
    expect(withWanted(rows, [{ name: 'NEW', file: '.env.example' }]).map(({ name, value }) => `${name}=${value}`)).toEqual([
      'NEW=',
      'GREETING=hi',
      'OWN=1',
    ]);
  });

  it('take a pasted file over without making a name twice', () => {
    const rows = withPasted(
      [{ ...emptyRow, name: 'A', value: 'old', build: true }, emptyRow],
      [
        { name: 'A', value: 'new' },
        { name: 'B', value: '' },
      ],
    );
    expect(rows).toEqual([
      { ...emptyRow, name: 'A', value: 'new', build: true },
      { ...emptyRow, name: 'B' },
    ]);
  });

  it('leave out what was asked for and has no value, and write an empty one that the user has added', () => {
    const variables = withPasted(withWanted([], wanted), [
      { name: 'GREETING', value: 'hi' },
      { name: 'EMPTY', value: '' },
    ]);
    expect(writtenOf({ variables }).map(({ name }) => name)).toEqual(['GREETING', 'EMPTY']);
  });
});

describe('draftSchema', () => {
  const draft = { ...emptyDraft, name: 'Shop' };
  const problems = (changes: object) => draftSchema.safeParse({ ...draft, ...changes }).error?.issues.map((issue) => issue.path.join('.'));

  it('takes what the platform takes', () => expect(problems({ slug: 'my-shop', healthPath: '/up', port: '3000' })).toBeUndefined());

  it.each([
    [{ name: '  ' }, 'name'],
    [{ name: 'x'.repeat(101) }, 'name'],
    [{ slug: '-shop' }, 'slug'],
    [{ slug: 'Shop' }, 'slug'],
    [{ instances: Number.NaN }, 'instances'],
    [{ healthPath: 'up' }, 'healthPath'],
    [{ port: 'x' }, 'port'],
    [{ variables: [{ ...emptyRow, value: 'x' }] }, 'variables.0.name'],
    [{ variables: [{ ...emptyRow, name: '1A' }] }, 'variables.0.name'],
    [{ variables: [{ ...emptyRow, name: 'ZEITWORK_X' }] }, 'variables.0.name'],
    [{ variables: [emptyRow, { ...emptyRow, name: 'A' }, { ...emptyRow, name: 'A' }] }, 'variables.2.name'],
    [{ variables: [{ ...emptyRow, name: 'PORT', value: 'x' }] }, 'variables.0.value'],
    [{ variables: [{ ...emptyRow, name: '<b>\u202e' }] }, 'variables.0.name'],
  ])('refuses %j beside %s', (changes, place) => expect(problems(changes)).toEqual([place]));

  it('sends settings that were left alone as they are by themselves', () => {
    expect(settingsOf(draft)).toEqual({ instances: 1, cpu_millis: 1000, memory_bytes: 536870912, previews: 'off', build_variables: [] });
  });
});
