import { walk } from './walk.ts';

// Every component in every state: nothing of it breaks the page's policy, and axe finds nothing.
export default walk(async (w) => {
  const { page } = w;

  await w.open('/components');
  await page.getByRole('heading', { name: 'Components' }).waitFor();
  await w.look('components');

  await page.getByRole('combobox', { name: 'Size' }).click();
  await page.getByRole('option', { name: /Large/ }).waitFor();
  await w.look('components-select');
  await page.keyboard.press('Escape');

  // A form says that it is not saved, and why it cannot be.
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('shop');
  await page.getByText('Not saved yet.').waitFor();
  const guarded = page.getByRole('button', { name: 'Not allowed' });
  await guarded.focus();
  await page.getByText('An owner of the organisation can make you').first().waitFor();
  await w.look('components-guarded');
  await w.click('button', 'Discard');

  await w.click('button', 'Dialog');
  await page.getByText('They keep their path and query.').waitFor();
  await w.look('components-dialog-plain');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
  await w.look('components-menu');
  await page.getByRole('menuitem', { name: 'Delete' }).click();

  const dialog = page.getByRole('dialog', { name: 'Delete shop?' });
  const confirm = dialog.getByRole('button', { name: 'Delete' });
  w.expect(await confirm.isDisabled(), 'nothing is deleted before its name is typed');
  await dialog.getByRole('textbox').fill('shop');
  await confirm.click();
  await dialog.getByText('A deployment is under way. Cancel it first.').waitFor();
  await w.look('components-dialog');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
});
