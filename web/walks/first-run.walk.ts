import { install } from './github.ts';
import { walk } from './walk.ts';

// An operator comes to a platform that was just set up: a code signs them in, they make the GitHub App, connect an account, and others sign in with GitHub.
export default walk(async (w) => {
  const { page, world } = w;

  await w.open('/');
  await page.getByText('This platform has no GitHub App yet').waitFor();
  w.expect((await page.getByRole('button', { name: 'Sign in with GitHub' }).count()) === 0, 'nobody is sent to GitHub without an App');
  await page.getByLabel('One-time code').fill('ABCDEFGH-ABCDEFGH');
  await w.click('button', 'Sign in with the code');
  await page.getByText('This code signs nobody in').waitFor();
  await w.look('first-run-sign-in');
  await page.getByLabel('One-time code').fill((world.code ?? '').toLowerCase().replace('-', ' '));
  await w.click('button', 'Sign in with the code');

  // The first page leads to the App, and the platform's own page says that it lacks.
  await page.getByText('No project yet').waitFor();
  const { slug } = await w.organisation();
  await page.getByText('This platform has no GitHub App yet').waitFor();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Overview' }).click();
  await page.getByText('None yet').waitFor();
  await page.goBack();

  await w.click('link', 'Make the GitHub App');
  await page.getByRole('heading', { name: 'Make the GitHub App' }).waitFor();
  await w.look('first-run-app');
  await w.click('button', 'Go on');
  await page.getByText('GitHub shows what the App may do').waitFor();
  await w.click('button', 'Make the App on GitHub');
  await page.getByLabel('Who you are').selectOption(world.user);
  await w.click('button', 'Create GitHub App');

  // Back where it was wanted: the way goes on to the repositories.
  await page.waitForURL(`**/o/${slug}/new`);
  await w.click('button', 'Connect GitHub');
  await install(w);
  await page.waitForURL(`**/o/${slug}/new`);
  await page.getByRole('link', { name: `Choose ${world.account}/shop` }).waitFor();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Overview' }).click();
  await page.getByText('There is one').waitFor();

  // Others sign in with GitHub now, each into an organisation of their own.
  const other = await w.another(world.other);
  await other.page.getByText('Connect your account on GitHub').waitFor();
  other.end();
});
