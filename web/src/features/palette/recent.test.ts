import { Box } from 'lucide-react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Command } from './command';
import { recentIds, rememberCommand, withRecent } from './recent';

const command = (id: string, more: Partial<Command> = {}): Command => ({ id, name: id, icon: Box, run: () => undefined, ...more });

function browserWith(stored: string | null, refuses = false) {
  let value = stored;
  vi.stubGlobal('localStorage', {
    getItem: () => value,
    setItem: (_: string, next: string) => {
      if (refuses) throw new Error('full');
      value = next;
    },
  });
}

afterEach(() => vi.unstubAllGlobals());

test('what was chosen last comes first, once', () => {
  browserWith(null);
  for (const id of ['a', 'b', 'a']) rememberCommand(id);
  expect(recentIds()).toEqual(['a', 'b']);
});

test('no more than a few are kept', () => {
  browserWith(null);
  for (let index = 0; index < 50; index++) rememberCommand(String(index));
  expect(recentIds()).toHaveLength(20);
  expect(recentIds()[0]).toBe('49');
});

test.each(['', '{}', '[1,null]', 'nonsense'])('what is stored may be anything: %s', (stored) => {
  browserWith(stored);
  expect(recentIds()).toEqual([]);
});

test('a browser that keeps nothing does without', () => {
  browserWith(null, true);
  rememberCommand('a');
  expect(recentIds()).toEqual([]);
});

test('recent commands have a group of their own, and are in no other one', () => {
  const groups = [{ value: 'Pages', items: [command('a'), command('b', { searchedOnly: true }), command('c')] }];
  const [recent, pages] = withRecent(groups, ['b', 'gone', 'a'], '/');
  expect(recent?.items.map(({ id }) => id)).toEqual(['b', 'a']);
  expect(recent?.items[0]).toMatchObject({ searchedOnly: false, hint: 'Pages' });
  expect(pages?.items.map(({ id }) => id)).toEqual(['c']);
});

test('without any nothing changes', () => {
  const groups = [{ value: 'Pages', items: [command('a')] }];
  expect(withRecent(groups, ['gone'], '/')).toBe(groups);
});

test('the page that is shown is no recent one', () => {
  const groups = [{ value: 'Pages', items: [command('a', { to: '/o/acme' }), command('b', { to: '/o/acme/usage' })] }];
  const [recent, pages] = withRecent(groups, ['a', 'b'], '/o/acme');
  expect(recent?.items.map(({ id }) => id)).toEqual(['b']);
  expect(pages?.items.map(({ id }) => id)).toEqual(['a']);
});

test('a recent command that has no hint says the group that it is from', () => {
  const [recent] = withRecent([{ value: 'Projects', items: [command('shop', { hint: undefined })] }], ['shop'], '/');
  expect(recent?.items[0]?.hint).toBe('Projects');
});
