import type { Group } from './command';

const key = 'zeitwork.palette';
const kept = 20;
const shown = 5;

/** recentIds are the commands that were chosen in this browser, the last one first. */
export function recentIds(): string[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string').slice(0, kept) : [];
  } catch {
    return [];
  }
}

/** rememberCommand puts a command first among the recent ones. */
export function rememberCommand(id: string): void {
  try {
    localStorage.setItem(key, JSON.stringify([id, ...recentIds().filter((each) => each !== id)].slice(0, kept)));
  } catch {
    // A browser that keeps nothing has no recent ones.
  }
}

/**
 * withRecent puts the commands that were chosen lately, and that can be chosen here, into a group of their own before the others; there each says where it
 * is from.
 *
 * @param path is the page that is shown: what leads there leads nowhere
 */
export function withRecent(groups: Group[], ids: string[], path: string): Group[] {
  const elsewhere = groups.flatMap(({ value, items }) =>
    items.filter(({ to }) => to !== path).map((item) => ({ ...item, hint: item.hint ?? value })),
  );
  const known = new Map(elsewhere.map((item) => [item.id, item]));
  const recent = ids.flatMap((id) => known.get(id) ?? []).slice(0, shown);
  if (recent.length === 0) return groups;

  const taken = new Set(recent.map(({ id }) => id));
  return [
    { value: 'Recent', items: recent.map((command) => ({ ...command, searchedOnly: false })) },
    ...groups.map(({ value, items }) => ({ value, items: items.filter(({ id }) => !taken.has(id)) })),
  ];
}
