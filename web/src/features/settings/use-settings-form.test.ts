import { describe, expect, it } from 'vitest';
import { differences, fieldOf } from './use-settings-form';

describe('differences', () => {
  it('is what has another value', () => {
    expect(differences({ port: 0, branch: 'main', paths: ['a'] }, { port: 8080, branch: 'main', paths: ['a'] })).toEqual({ port: 8080 });
  });

  it('compares lists by what is in them', () => {
    expect(differences({ paths: ['a', 'b'] }, { paths: ['a'] })).toEqual({ paths: ['a'] });
  });
});

describe('fieldOf', () => {
  it.each([
    ['body.port', 'port'],
    ['body.ignored_paths[0]', 'ignored_paths'],
    ['body.toString', undefined],
    ['path.project_id', undefined],
    [undefined, undefined],
  ])('of %s is %s', (location, field) => {
    expect(fieldOf(location, { port: '', ignored_paths: '' })).toBe(field);
  });
});
