import type { Locator } from 'playwright-core';
import type { Walk } from './walk.ts';

/** Ways are commands of the palette by their names. Each looks at what its command leads to, and goes back to where it was chosen. */
export type Ways = Record<string, () => Promise<void>>;

/**
 * everyCommand chooses each of the palette's commands in a group, by keyboard alone, and looks at what it leads to. A command that is offered in the group and is
 * neither among the ways nor among those that are known fails the walk.
 */
export async function everyCommand(w: Walk, group: string, ways: Ways, known: string[] = []): Promise<void> {
  const { page } = w;
  // What was chosen lately stands in a group of its own.
  await page.evaluate(() => localStorage.removeItem('zeitwork.palette'));
  await open(w);
  const offered = page.getByRole('group', { name: group, exact: true }).getByRole('option');
  const expected = [...Object.keys(ways), ...known];
  for (const name of expected) await offered.filter({ has: page.getByText(name, { exact: true }) }).waitFor();
  const others = (await offered.locator('bdi:first-of-type').allTextContents()).filter((name) => !expected.includes(name));
  w.expect(others.length === 0, `the palette offers what no walk has chosen: ${others.join(', ')}`);
  await close(w);

  for (const [name, look] of Object.entries(ways)) {
    await choose(w, name);
    await look();
  }
}

/** choose does one command, by keyboard alone. */
export async function choose(w: Walk, name: string): Promise<void> {
  const { page } = w;
  await open(w);
  await page.keyboard.insertText(name);
  const highlighted = page.getByRole('option').and(page.locator('[data-highlighted]'));
  await highlighted.filter({ has: page.getByText(name, { exact: true }) }).waitFor();
  await page.keyboard.press('Enter');
  await palette(w).waitFor({ state: 'hidden' });
}

/** decline waits for the dialog that a command opens, which says what it is going to do, and leaves it by Escape. */
export async function decline({ page }: Walk, title: string, sentence: string | RegExp): Promise<void> {
  const dialog = page.getByRole('dialog', { name: title });
  await dialog.getByText(sentence).waitFor();
  await dialog.and(page.locator(':focus-within')).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
}

/** arrive waits for the page that a command leads to, where something has the focus, and goes back. */
export async function arrive({ page }: Walk, path: string, focused: Locator): Promise<void> {
  await page.waitForURL((url) => url.pathname === path && url.hash === '');
  await focused.and(page.locator(':focus')).waitFor();
  await page.goBack();
  await page.waitForURL((url) => url.pathname !== path);
}

const palette = ({ page }: Walk) => page.getByRole('dialog', { name: 'Search and commands' });

async function open({ page }: Walk): Promise<void> {
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox', { name: 'Search pages, projects and actions' }).and(page.locator(':focus')).waitFor();
}

async function close(w: Walk): Promise<void> {
  await w.page.keyboard.press('Escape');
  await palette(w).waitFor({ state: 'hidden' });
}
