import { arrive, choose, decline, everyCommand } from './palette.ts';
import { type Walk, walk } from './walk.ts';

// Somebody who opens a page of the dashboard signs in first, comes back to it, and finds the way by keyboard alone.
export default walk(async (w) => {
  const { page } = w;

  await w.signIn('/platform');
  await page.getByText('You may not see this').waitFor();
  w.expect(new URL(page.url()).pathname === '/platform', 'a deep link survives signing in');

  const { slug, id } = await w.organisation();
  await w.open('/');
  await page.waitForURL(`**/o/${slug}`);
  await page.getByText('No project yet').waitFor();
  await w.look('projects-empty');

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search pages, projects and actions' }).fill('new project');
  await w.look('palette');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/o/${slug}/new`);
  await page.getByRole('dialog').waitFor({ state: 'hidden' });

  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');

  // What can be done with a project is said before it is done, and done by keyboard alone.
  const project = await w.call<{ id: string; slug: string }>('POST', '/v1/projects', {
    organisation_id: id,
    name: 'Palette <b>app</b>',
    repository_url: 'https://git.example.com/walk/palette.git',
  });
  const command = page.getByRole('combobox', { name: 'Search pages, projects and actions' });
  await page.keyboard.press('Control+k');
  await page.keyboard.type(project.slug);
  await page.getByRole('option', { name: project.slug, exact: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/o/${slug}/projects/${project.slug}`);
  await page.getByRole('heading', { name: 'Production' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('option', { name: 'Deploy the newest commit' }).waitFor();
  await w.look('palette-project');
  await page.keyboard.type('pause');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: `Pause deploying pushes to ${project.slug}?` }).waitFor();
  await page.getByText('is no longer deployed; you deploy by hand').waitFor();
  await w.look('palette-asks');
  await w.pressOn('button', 'Pause');
  await page.getByText('Saved', { exact: true }).waitFor();
  const paused = await w.call<{ auto_deploy: boolean }>('GET', `/v1/projects/${project.id}`);
  w.expect(!paused.auto_deploy, 'pushes are no longer deployed');

  await page.keyboard.press('Control+k');
  await page.keyboard.type('invite');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/o/${slug}/members`);
  await page.waitForFunction(() => document.activeElement?.getAttribute('placeholder') === 'octocat');
  await page.keyboard.type('@octocat');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Revoke the invitation of @octocat' }).waitFor();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('create a token');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'New token' }).waitFor();
  await page.waitForURL((url) => url.pathname === `/o/${slug}/tokens` && url.hash === '');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'New token' }).waitFor({ state: 'hidden' });

  // What was chosen lately comes first, and what there is not is said in words.
  await page.keyboard.press('Control+k');
  await page.getByRole('group', { name: 'Recent' }).getByRole('option', { name: 'Create a token' }).waitFor();
  await command.fill('no project has this name');
  await page.getByText('Nothing that you may see or do is called').waitFor();
  await w.look('palette-empty');
  await page.keyboard.press('Escape');
  // What is in it goes first, and the palette opens again once all of it has gone.
  await page.getByRole('dialog', { name: 'Search and commands' }).waitFor({ state: 'hidden' });
  await others(w, slug);
  await w.call('DELETE', `/v1/projects/${project.id}`);

  await w.open('/o/nobody-has-this-name');
  await page.getByText('There is no organisation of this name').waitFor();
  await w.look('organisation-missing');

  await w.context.setOffline(true);
  await page.getByText('You are offline').waitFor();
  await w.context.setOffline(false);

  await w.open(`/o/${slug}`);
  await page.getByRole('heading', { name: 'Projects' }).waitFor();
  await w.call('DELETE', '/v1/sessions');
  await page.reload();
  await page.waitForURL(/\/sign-in\?return_to=/);
});

/** others are the commands about the organisation and the user that lead elsewhere than those before. */
async function others(w: Walk, slug: string): Promise<void> {
  const { page } = w;
  await everyCommand(
    w,
    'Actions',
    {
      'Connect GitHub': () => arrive(w, `/o/${slug}/github`, page.getByRole('button', { name: 'Connect GitHub' })),
      'Add a notification channel': async () => {
        await decline(w, 'New channel', 'It is told of each deployment that fails');
        await page.goBack();
        await page.waitForURL((url) => url.pathname !== `/o/${slug}/notifications`);
      },
      'Rename the organisation': () => arrive(w, `/o/${slug}/settings`, page.getByLabel('What people call it')),
    },
    ['New project', 'Invite a member', 'Create a token'],
  );
  await everyCommand(w, 'Organisations', {
    'New organisation': () => decline(w, 'New organisation', 'You will be its owner.'),
  });

  const outside = async (path: string, heading: string) => {
    await page.waitForURL((url) => url.pathname === path);
    await page.getByRole('heading', { name: heading }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'API tokens', level: 1 }).waitFor();
  };
  const themed = (theme: string | undefined) => page.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, theme);
  await everyCommand(
    w,
    'You',
    {
      'Account and sessions': () => outside('/account', w.world.user),
      'The documentation': () => outside('/docs/', 'Documentation'),
      'The API': () => outside('/v1/docs/', 'Zeitwork'),
      'Light theme': async () => void (await themed('light')),
      'Dark theme': async () => void (await themed('dark')),
      'Theme of the system': async () => void (await themed(undefined)),
      'Show the keys': () => decline(w, 'Keys', 'Turn them off if you speak to this page.'),
    },
    ['Sign out'],
  );

  // What is found by its name alone.
  for (const checked of [false, true]) {
    await choose(w, 'Turn keys without Control or Command on or off');
    await choose(w, 'Show the keys');
    await page.getByRole('switch', { name: 'Keys without Control or Command', checked }).waitFor();
    await decline(w, 'Keys', 'Turn them off if you speak to this page.');
  }
}
