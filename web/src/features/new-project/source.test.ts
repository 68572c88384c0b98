import { describe, expect, it } from 'vitest';
import { nameOf, needsDeployKey, readSearch } from './source';

describe('readSearch', () => {
  it('takes over what it knows, and leaves out what is empty or something else', () => {
    expect(readSearch({ repository: 'acme/shop', branch: ' main ', root: '', other: 'x', git: ['a'] })).toEqual({
      repository: 'acme/shop',
      branch: 'main',
    });
  });

  it('prefers the repository on GitHub to a git URL', () => {
    expect(readSearch({ repository: 'acme/shop', git: 'https://example.com/a.git' })).toEqual({ repository: 'acme/shop' });
  });

  it('reads a branch that looks like a number', () => {
    expect(readSearch({ git: 'https://example.com/a.git', branch: 20 })).toEqual({ git: 'https://example.com/a.git', branch: '20' });
  });
});

describe('needsDeployKey', () => {
  it.each([
    ['ssh://git@example.com/a.git', true],
    ['git@example.com:me/a.git', true],
    ['https://example.com/a.git', false],
    ['https://user@example.com/a:b', false],
    [undefined, false],
  ])('%s: %s', (url, needed) => expect(needsDeployKey(url)).toBe(needed));
});

describe('nameOf', () => {
  it.each([
    [{ repository: 'acme/shop' }, 'shop'],
    [{ repository: 'acme/shop', root: 'apps/web' }, 'web'],
    [{ git: 'https://git.example.com/me/app.git' }, 'app'],
    [{ git: 'git@git.example.com:app.git' }, 'app'],
    [{ git: 'https://git.example.com/me/app/' }, 'app'],
    [{}, ''],
  ])('%j is called %s', (search, name) => expect(nameOf(search)).toBe(name));
});
