import type { Command, Group } from './command';

// As many as are shown of a group.
const most = 30;

/** fold makes texts comparable: case and accents do not count. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** wordsOf is the words of what was typed. */
export function wordsOf(query: string): string[] {
  return fold(query)
    .split(/[\s›/]+/u)
    .filter(Boolean);
}

const isLetter = (text: string | undefined) => text !== undefined && /[\p{L}\p{N}]/u.test(text);

/** weightOf is how well a word fits a text: at its start, at the start of a word in it, inside of one, or not at all. */
function weightOf(text: string, word: string): number {
  if (text.startsWith(word)) return 4;

  let at = text.indexOf(word);
  if (at < 0) return 0;
  while (at >= 0) {
    if (!isLetter(text[at - 1])) return 3;
    at = text.indexOf(word, at + 1);
  }
  return 2;
}

/** scoreOf is how well a command fits words that all have to stand in it: 0 where one does not. Of two that fit alike the shorter one is the better. */
export function scoreOf({ name, hint = '', words = '' }: Pick<Command, 'name' | 'hint' | 'words'>, searched: string[]): number {
  const shown = fold(name);
  const beside = fold(`${hint} ${words}`);
  let sum = 0;

  for (const word of searched) {
    const weight = weightOf(shown, word) || (beside.includes(word) ? 1 : 0);
    if (weight === 0) return 0;
    sum += weight;
  }

  const whole = shown === searched.join(' ') ? 4 : 0;
  return sum / searched.length + whole + 1 / (1 + shown.length);
}

/**
 * matching is what fits the query, the best first, in groups of which that with the best comes first, and late ones last. Without a query it is all that is
 * shown unasked.
 */
export function matching(groups: Group[], query: string): Group[] {
  const searched = wordsOf(query);
  if (searched.length === 0) {
    return groups
      .map(({ value, items }) => ({ value, items: items.filter(({ searchedOnly }) => !searchedOnly).slice(0, most) }))
      .filter(({ items }) => items.length > 0);
  }

  return groups
    .map(({ value, items, late = false }) => {
      const scored = items
        .map((item) => ({ item, score: scoreOf(item, searched) }))
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score)
        .slice(0, most);
      return { value, items: scored.map(({ item }) => item), best: scored[0]?.score ?? 0, late };
    })
    .filter(({ best }) => best > 0)
    .sort((a, b) => Number(a.late) - Number(b.late) || b.best - a.best)
    .map(({ value, items }) => ({ value, items }));
}
