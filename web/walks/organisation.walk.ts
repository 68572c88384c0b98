import { choose } from './palette.ts';
import { type Walk, walk } from './walk.ts';

type Organisation = { id: string; slug: string };

// Somebody joins an organisation, invites others, removes one, makes and replaces a token, reads the log; loses a role while the page is open, gets the
// organisation, and is left alone in it.
export default walk(async (w) => {
  const { page, world } = w;
  const owner = await w.another(world.other);
  const asOwner = <T>(method: string, path: string, body?: unknown) => owner.call<T>(method, path, body);

  const theirs = await asOwner<Organisation>('POST', '/v1/organisations', { name: 'Their <b>organisation</b>' });
  await asOwner('POST', `/v1/organisations/${theirs.id}/invitations`, { github_login: world.user, role: 'developer' });
  const project = await asOwner<{ id: string; slug: string }>('POST', '/v1/projects', {
    organisation_id: theirs.id,
    name: 'their app',
    repository_url: 'https://git.example.com/walk/app.git',
    auto_deploy: false,
  });

  // The invitation stands on the first page.
  await w.signIn();
  const own = await w.call<Organisation>('POST', '/v1/organisations', { name: 'Own' });
  await w.open(`/o/${own.slug}`);
  await page.getByText('You are invited to').waitFor();
  await w.look('organisation-invited');
  await w.click('button', 'Join Their <b>organisation</b>');
  await page.waitForURL(`**/o/${theirs.slug}`);

  // A developer changes settings, and may not delete.
  await w.open(`/o/${theirs.slug}/projects/${project.slug}/settings/danger`);
  await page.getByText('Owners of the organisation can do this; you are a developer.').first().waitFor();
  w.expect(
    (await page.getByRole('button', { name: `Delete ${project.slug}` }).getAttribute('aria-disabled')) === 'true',
    'deleting is off',
  );
  await w.click('link', 'Size');
  await page.getByLabel('How many').fill('2');
  await demote(owner, theirs, world.user);
  await page.getByText('You are a viewer of this organisation now').waitFor();
  await page.getByText('You can look, and change nothing here').waitFor();
  await w.look('organisation-role-changed');
  await w.click('button', 'Discard');
  await handOver(w, owner, theirs);

  // Members of an organisation of one's own.
  await w.open(`/o/${own.slug}/members`);
  const who = page.getByLabel('Login at GitHub, or e-mail address');
  await who.fill('not a login');
  await w.click('button', 'Invite');
  await page.getByText('This is no login at GitHub.').waitFor();
  await who.fill('@octocat');
  await w.click('button', 'Invite');
  await page.getByRole('button', { name: 'Revoke the invitation of @octocat' }).waitFor();
  await w.look('organisation-members');
  await w.click('button', 'Revoke the invitation of @octocat');
  await page.getByText('No open invitation').waitFor();
  await dismiss(w, owner, own);

  // A token is shown once, and then no more.
  await w.click('link', 'API tokens');
  await w.click('button', 'New token');
  await page.getByLabel('Name').fill('<i>pipeline</i>');
  await w.click('button', 'Make the token');
  await page.getByText('Copy it now').waitFor();
  const secret = (await page.getByRole('dialog').locator('pre').textContent()) ?? '';
  w.expect(secret.startsWith('zw'), 'the secret is shown');
  await w.look('organisation-token');
  await w.click('button', 'I have copied it');
  await page.getByText('Never used').waitFor();
  w.expect((await page.getByText(secret).count()) === 0, 'the secret is gone from the page');
  await replace(w, secret);
  await page.getByRole('button', { name: 'Actions for <i>pipeline</i>' }).first().click();
  await page.getByRole('menuitem', { name: 'Revoke' }).click();
  await page.getByRole('dialog', { name: 'Revoke <i>pipeline</i>?' }).getByText('is refused from now on').waitFor();
  await w.click('button', 'Revoke the token');
  await page.getByText('No token').waitFor();

  await notify(w);

  await w.click('link', 'Usage');
  await page.getByRole('meter', { name: 'Builds at once' }).waitFor();
  await w.look('organisation-usage');

  // The log as sentences, narrowed by who, what and when.
  await w.click('link', 'Audit log');
  await page.getByText('made the token <i>pipeline</i>').waitFor();
  await page.getByText('invited somebody as developer').first().click();
  await page.getByText('invitation.create').first().waitFor();
  await w.look('organisation-audit');
  await page.getByRole('combobox', { name: 'What', exact: true }).click();
  await page.getByRole('option', { name: 'Tokens' }).click();
  await page.getByText('invited somebody as developer').waitFor({ state: 'detached' });
  await page.getByText('revoked the token <i>pipeline</i>').waitFor();
  await page.getByLabel('To', { exact: true }).fill('2020-01-01');
  await page.getByText('Nothing is like this').waitFor();
  await w.click('button', 'Show all');
  await page.getByText('made the organisation').first().waitFor();

  await remove(w, { id: own.id, slug: await rename(w, own, theirs.slug) });

  // Who leaves the last organisation can make another one.
  const { items } = await owner.call<{ items: Organisation[] }>('GET', '/v1/organisations');
  for (const { id } of items) await asOwner('DELETE', `/v1/organisations/${id}`);
  await owner.page.getByText('There is no organisation of this name').waitFor();
  await owner.click('link', 'Your projects');
  await owner.page.getByText('You are a member of no organisation').waitFor();
  await owner.look('organisation-none');
  await owner.click('button', 'New organisation');
  await owner.page.getByLabel('Name').fill('Again');
  await owner.click('button', 'Create');
  await owner.page.waitForURL('**/o/again*');
  await owner.page.getByText('No project yet').waitFor();
  await choose(owner, 'Sign out');
  await owner.page.waitForURL(/\/sign-in/);
  owner.end();
});

/** notify adds a channel that leads inside of the platform, sees that no message goes there, and removes it. */
async function notify(w: Walk): Promise<void> {
  const { page } = w;
  await w.click('link', 'Notifications');
  await page.getByText('No channel').waitFor();
  await w.click('button', 'New channel');
  await page.getByLabel('Name').fill('<u>pager</u>');
  await page.getByLabel('E-mail address').fill('team@example.com');
  await w.click('button', 'Add the channel');
  await page.getByText('This platform has no mail server').waitFor();
  await w.look('organisation-notifications-add');
  await page.getByRole('radio', { name: /^Webhook/ }).check();
  await page.getByRole('textbox', { name: 'URL' }).fill('https://127.0.0.1/hook');
  await w.click('button', 'Add the channel');
  await page.getByText('Copy it now').waitFor();
  const key = (await page.getByRole('dialog').locator('pre').textContent()) ?? '';
  w.expect(key.startsWith('whsec_'), 'the key is shown');
  await w.look('organisation-notifications-key');
  await w.click('button', 'I have copied it');
  await w.click('button', 'Send a test message to <u>pager</u>');
  await page.getByText('<u>pager</u> has not taken the test message').waitFor();
  await page.getByText('127.0.0.1 is not an address of the public internet.').first().waitFor();
  await page.getByText('Broken').waitFor();
  await w.look('organisation-notifications');
  await page.getByRole('button', { name: 'Actions for <u>pager</u>' }).click();
  await page.getByRole('menuitem', { name: 'Turn off' }).click();
  await page.getByText('Off', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Actions for <u>pager</u>' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await w.click('button', 'Remove the channel');
  await page.getByText('No channel').waitFor();
}

/** demote has the only owner make a member a viewer, and find that there has to be an owner. */
async function demote(owner: Walk, theirs: Organisation, login: string): Promise<void> {
  const { page, world } = owner;
  const choice = async (member: string, role: RegExp) => {
    await page.getByRole('combobox', { name: `Role of ${member}` }).click();
    await page.getByRole('option', { name: role }).click();
  };

  await owner.open(`/o/${theirs.slug}/members`);
  await choice(world.user, /^Developer/);
  const own = page.getByRole('dialog', { name: `Make ${world.user} a developer?` });
  await own.getByRole('button', { name: 'Change the role' }).click();
  await own.getByText('An organisation always has an owner').waitFor();
  await own.getByRole('button', { name: 'Keep it as it is' }).click();
  await own.waitFor({ state: 'hidden' });

  await choice(login, /^Viewer/);
  const dialog = page.getByRole('dialog', { name: `Make ${login} a viewer?` });
  await dialog.getByText('Looks at everything and changes nothing').waitFor();
  await dialog.getByRole('button', { name: 'Change the role' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page
    .getByRole('combobox', { name: `Role of ${login}` })
    .getByText('Viewer')
    .waitFor();
  await page
    .getByRole('combobox', { name: `Role of ${world.user}` })
    .getByText('Owner')
    .waitFor();
}

/** dismiss removes a member, who has a page of the organisation open. */
async function dismiss(w: Walk, owner: Walk, own: Organisation): Promise<void> {
  const { page, world } = w;
  const { id } = await w.call<{ id: string }>('POST', `/v1/organisations/${own.id}/invitations`, {
    email: `${world.other}@example.com`,
    role: 'developer',
  });
  await owner.call('POST', `/v1/invitations/${id}/accept`);
  await owner.open(`/o/${own.slug}`);
  await owner.page.getByText('No project yet').waitFor();

  await w.click('button', `Remove ${world.other}`);
  const dialog = page.getByRole('dialog', { name: `Remove ${world.other}?` });
  await dialog.getByText('the tokens that they have made in it are revoked').waitFor();
  await dialog.getByRole('button', { name: 'Remove the member' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: `Remove ${world.user}` }).waitFor();
  await page.getByRole('button', { name: `Remove ${world.other}` }).waitFor({ state: 'detached' });

  await owner.page.getByText('There is no organisation of this name').waitFor();
  await owner.click('link', 'Your projects');
  await owner.page.getByText('No project yet').waitFor();
}

/** handOver has the owner give the organisation to the user, and leave it. What either sees follows by itself. */
async function handOver({ page, world, expect }: Walk, owner: Walk, theirs: Organisation): Promise<void> {
  const before = owner.page;
  await owner.open(`/o/${theirs.slug}/settings`);
  expect(
    (await before.getByRole('button', { name: 'Leave the organisation' }).getAttribute('aria-disabled')) === 'true',
    'the last owner cannot leave',
  );
  await before.getByRole('combobox', { name: 'New owner' }).click();
  await before.getByRole('option', { name: world.user }).click();
  await owner.click('button', 'Hand it over');
  const dialog = before.getByRole('dialog', { name: 'Hand the organisation over?' });
  await dialog.getByText(`${world.user} becomes an owner, at once, and you a developer`).waitFor();
  await dialog.getByRole('button', { name: 'Hand it over' }).click();
  await before.getByText('You are a developer of it.').waitFor();
  expect((await before.getByText('of this organisation now').count()) === 0, 'nobody is told of what they have done themselves');
  await page.getByText('You are an owner of this organisation now').waitFor();

  await owner.click('button', 'Leave the organisation');
  await before.getByRole('dialog').getByText('To come back you need an invitation').waitFor();
  await owner.click('button', 'Leave it');
  await before.waitForURL((url) => url.pathname.startsWith('/o/') && !url.pathname.includes(theirs.slug));
  await before.getByText('No project yet').waitFor();
}

/** replace gives a token a new secret; the old one is good no longer. */
async function replace(w: Walk, old: string): Promise<void> {
  const { page } = w;
  await w.click('button', 'Actions for <i>pipeline</i>');
  await page.getByRole('menuitem', { name: 'Replace' }).click();
  await page.getByRole('combobox', { name: 'The old one stays valid' }).click();
  await page.getByRole('option', { name: 'Not at all' }).click();
  await w.click('button', 'Make the new token');
  const fresh = page.getByRole('dialog', { name: 'The token <i>pipeline</i>' }).locator('pre');
  await fresh.waitFor();
  const secret = (await fresh.textContent()) ?? '';
  await w.click('button', 'I have copied it');
  const status = async (token: string) =>
    (await fetch(`${w.world.url}/v1/organisations`, { headers: { Authorization: `Bearer ${token}` } })).status;
  w.expect((await status(old)) === 401, 'the old secret is refused');
  w.expect((await status(secret)) === 200, 'the new secret is taken');
  await page.getByText('Ended', { exact: true }).waitFor();
  await page.getByText('Replaced by <i>pipeline</i>, and revoked with it').waitFor();
  await w.look('organisation-token-replaced');
}

/** rename gives the organisation another name and another slug, and returns that. This tab and others go to the new address by themselves, and links with the old slug lead there. */
async function rename(w: Walk, own: Organisation, taken: string): Promise<string> {
  const { page, world } = w;
  await w.open(`/o/${own.slug}/settings`);
  const second = await w.context.newPage();
  w.watch(second);
  await second.goto(`${world.url}/o/${own.slug}/members`);
  const typed = second.getByLabel('Login at GitHub, or e-mail address');
  await typed.fill('hubot');
  for (const tab of [page, second]) await tab.evaluate(() => Object.assign(window, { stays: true }));
  const slug = page.getByLabel('In addresses');
  await slug.fill(taken);
  await page.getByText('lead members here until').waitFor();
  await w.look('organisation-renaming');
  await w.click('button', 'Save');
  await page.getByText('Choose another one.').waitFor();
  const renamed = `${own.slug}-renamed`;
  await slug.fill(renamed);
  await page.getByLabel('What people call it').fill('Own <i>again</i>');
  await w.click('button', 'Save');
  await page.waitForURL(`**/o/${renamed}/settings`);
  await page.getByRole('button', { name: `Delete ${renamed}` }).waitFor();
  await second.waitForURL(`**/o/${renamed}/members`);
  await second.getByRole('button', { name: 'Own <i>again</i>' }).first().waitFor();
  w.expect((await typed.inputValue()) === 'hubot', 'what was typed in the other tab is still there');
  for (const tab of [page, second]) w.expect(await tab.evaluate(() => 'stays' in window), 'the page was not loaded again');
  await second.close();
  await w.open(`/o/${own.slug}/usage?from=a-link#there`);
  await page.waitForURL(`**/o/${renamed}/usage**`);
  await page.getByRole('meter', { name: 'Builds at once' }).waitFor();
  await w.open(`/o/${renamed}/audit`);
  await page.getByText(`changed its slug from ${own.slug} to ${renamed}`).waitFor();
  return renamed;
}

/** remove deletes an organisation: with a project it cannot be, and what goes is said before. */
async function remove(w: Walk, own: Organisation): Promise<void> {
  const { page } = w;
  const body = { organisation_id: own.id, name: 'last', repository_url: 'https://git.example.com/last.git', auto_deploy: false };
  const last = await w.call<{ id: string }>('POST', '/v1/projects', body);
  await w.open(`/o/${own.slug}/settings`);
  await page.getByText('It still has 1 project. Delete those first.').first().waitFor();
  await w.look('organisation-settings');
  const button = page.getByRole('button', { name: `Delete ${own.slug}` });
  w.expect((await button.getAttribute('aria-disabled')) === 'true', 'one with projects is not deleted');
  await w.call('DELETE', `/v1/projects/${last.id}`);
  await page.getByText('It still has 1 project.').first().waitFor({ state: 'detached' });
  await button.click();
  const dialog = page.getByRole('dialog', { name: `Delete ${own.slug} for good?` });
  await dialog.getByText('1 member').waitFor();
  await dialog.getByText(`The name ${own.slug}: nobody gets it again`).waitFor();
  await dialog.getByLabel(`Type ${own.slug} to go on`).fill(own.slug);
  await w.click('button', 'Delete the organisation');
  await page.waitForURL((url) => !url.pathname.includes(own.slug));
  await page.getByRole('heading', { name: 'Projects', exact: true }).waitFor();
}
