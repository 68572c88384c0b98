import { Box } from 'lucide-react';
import { describe, expect, it } from 'vitest';
import type { Command } from './command';
import { matching, scoreOf, wordsOf } from './match';

const command = (name: string, more: Partial<Command> = {}): Command => ({ id: name, name, icon: Box, run: () => undefined, ...more });
const names = (query: string, ...commands: Command[]) =>
  matching([{ value: 'All', items: commands }], query).flatMap(({ items }) => items.map(({ name }) => name));

describe('wordsOf', () => {
  it('takes spaces, slashes and the mark between pages as what separates words', () => {
    expect(wordsOf('  Shop › Settings/variables ')).toEqual(['shop', 'settings', 'variables']);
    expect(wordsOf('   ')).toEqual([]);
  });
});

describe('scoreOf', () => {
  it('is 0 where one word does not fit', () => {
    expect(scoreOf(command('New project'), ['new', 'token'])).toBe(0);
  });

  it('does not mind case and accents', () => {
    expect(scoreOf(command('Ärger mit Éclair'), wordsOf('ARGER eclair'))).toBeGreaterThan(0);
    expect(scoreOf(command('Arger'), wordsOf('ärger'))).toBeGreaterThan(0);
  });

  it('takes letters that mean something to patterns as they are', () => {
    expect(scoreOf(command('a.b*(c)'), wordsOf('b*(c'))).toBeGreaterThan(0);
    expect(scoreOf(command('axb'), wordsOf('a.b'))).toBe(0);
  });
});

describe('matching', () => {
  it('puts what begins with the word first, then words that do, then the rest', () => {
    expect(names('log', command('Catalogue'), command('Audit log'), command('Logs'))).toEqual(['Logs', 'Audit log', 'Catalogue']);
  });

  it('puts the whole name before longer ones', () => {
    expect(names('shop', command('shop › Logs'), command('shop-front'), command('shop'))[0]).toBe('shop');
  });

  it('finds words that are not shown, behind those that are', () => {
    expect(names('operator', command('Nodes', { words: 'platform operator' }), command('Operator guide'))).toEqual([
      'Operator guide',
      'Nodes',
    ]);
  });

  it('needs all words, in whatever order', () => {
    expect(names('logs shop', command('shop › Logs'), command('shop › Metrics'), command('blog › Logs'))).toEqual(['shop › Logs']);
  });

  it('puts the group with the best first, and leaves out empty ones', () => {
    const groups = matching(
      [
        { value: 'Pages', items: [command('Audit log')] },
        { value: 'Nothing', items: [command('Members')] },
        { value: 'Projects', items: [command('log')] },
      ],
      'log',
    );
    expect(groups.map(({ value }) => value)).toEqual(['Projects', 'Pages']);
  });

  it('leaves late groups behind the others, however well they fit', () => {
    const pages = { value: 'Pages', items: [command('Audit log')] };
    const late = { value: 'More projects', items: [command('log')], late: true };
    expect(matching([late, pages], 'log').map(({ value }) => value)).toEqual(['Pages', 'More projects']);
  });

  it('shows unasked what is no part of a long list', () => {
    expect(names('', command('Members'), command('shop › Logs', { searchedOnly: true }))).toEqual(['Members']);
    expect(names('logs', command('Members'), command('shop › Logs', { searchedOnly: true }))).toEqual(['shop › Logs']);
  });

  it('shows no more of a group than one can look through', () => {
    expect(names('app', ...Array.from({ length: 500 }, (_, index) => command(`app-${index}`)))).toHaveLength(30);
  });
});
