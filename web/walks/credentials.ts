import type { Walk } from './walk.ts';

/**
 * credentials goes through all ways to read a repository, on the settings of a source that is read by https and has a deploy key: that key, the key of the
 * host, a password; and forgets them.
 */
export async function credentials(w: Walk): Promise<void> {
  const { page } = w;
  const access = page.getByRole('region', { name: 'Access' });
  const key = access.locator('pre');

  // A key that is of no use yet says so, until the repository is read by SSH.
  await access.getByText('It is not used yet').waitFor();
  await w.look('settings-source');
  await w.click('button', /^Change$/);
  await page.getByRole('radio', { name: /Anywhere, by its URL/ }).check();
  await page.getByLabel('Repository URL').fill('git.example.com/app');
  await w.click('button', 'Use this repository');
  await page
    .getByRole('dialog')
    .getByText(/must be a full one/)
    .waitFor();
  await page.getByLabel('Repository URL').fill('ssh://git@git.example.com/walk/app.git');
  await w.click('button', 'Use this repository');
  await access.getByText('It is not used yet').waitFor({ state: 'detached' });

  const before = (await key.textContent()) ?? '';
  await w.click('button', 'New deploy key');
  await page.getByRole('dialog').getByText('It takes the place of what is there, at once.').waitFor();
  await w.click('button', 'Make a new key');
  await key.filter({ hasNotText: before }).waitFor();
  await w.click('button', 'Trust another host key');
  const fingerprint = page.getByLabel('Fingerprint');
  await fingerprint.fill('a7:b8:c9');
  await w.click('button', 'Trust this key');
  await page
    .getByRole('dialog')
    .getByText(/SHA256/)
    .last()
    .waitFor();
  await w.look('settings-source-trust');
  await fingerprint.fill(`SHA256:${'A'.repeat(43)}`);
  await w.click('button', 'Trust this key');
  await access.getByText(`SHA256:${'A'.repeat(43)}`).waitFor();

  // A password is sent by https alone, and is never shown again.
  await w.click('button', 'Store a credential');
  await page.getByLabel('User', { exact: true }).fill('me');
  await page.getByLabel('Password or token').fill('not to be seen');
  await w.click('button', /^Store$/);
  await page.getByText('Credentials are sent by https alone').waitFor();
  await w.click('button', 'Cancel');
  await w.click('button', /^Change$/);
  await page.getByRole('radio', { name: /Anywhere, by its URL/ }).check();
  await page.getByLabel('Repository URL').fill('https://git.example.com/walk/app.git');
  await w.click('button', 'Use this repository');
  await access.getByText('It is not used yet').waitFor();
  await w.click('button', 'Store a credential');
  await page.getByLabel('User', { exact: true }).fill('me');
  await page.getByLabel('Password or token').fill('not to be seen');
  await w.click('button', /^Store$/);
  await access.getByText('git.example.com').waitFor();
  w.expect(!(await page.content()).includes('not to be seen'), 'what was stored is not shown');

  await w.click('button', /^Forget$/);
  await page.getByRole('dialog').getByText('The credential is deleted.').waitFor();
  await w.click('button', 'Forget it');
  await access.getByText('None is set').waitFor();
}
