import { dropFile, isRefusedElsewhere, pasteText } from './dotenv.ts';
import { type Walk, walk } from './walk.ts';

const most = 8;

// Somebody who was never here signs in with GitHub and has a site live, in eight clicks at the most; then a repository of which nothing can be made says why.
export default walk(async (w) => {
  const { page, world } = w;
  const shop = `${world.account}/shop`;

  await w.signIn('/');
  await page.getByText('No project yet').waitFor();
  const { slug } = await w.organisation();
  await w.look('first-project');

  await connect(w);
  await page.waitForURL(`**/o/${slug}/new`);
  await page.evaluate(() => document.body.setAttribute('data-walk', 'same page'));
  await page.getByRole('link', { name: `Choose ${shop}` }).waitFor();
  await w.look('new-choose');

  await w.click('link', `Choose ${shop}`);
  await page.getByText('Ready to build').waitFor();
  await page.getByText('The start script in package.json').waitFor();

  await pasteText(page, 'Variables', 'PAYMENT_KEY="first\\nsecond"\nexport EXTRA=1 # why not\nno variable\n');
  await page.getByText('Line 3 is not NAME=VALUE').waitFor();
  await pasteText(page, 'Variables', 'PAYMENT_KEY="sk_1"\nexport EXTRA=1 # why not\n');
  await page.getByText('2 variables taken over.').waitFor();
  w.expect(await isRefusedElsewhere(page), 'a file that is dropped beside does not take the place of the page');
  await dropFile(page, 'Variables', '\ufeff# from the desktop\r\nDROPPED=1\r\n');
  await page.getByText('1 variable taken over.').waitFor();
  const key = page.getByLabel('Value of PAYMENT_KEY');
  w.expect((await key.inputValue()) === 'sk_1', 'what the source asks for gets its value from the file');
  w.expect((await key.getAttribute('type')) === 'password', 'values are masked');
  w.expect((await page.getByLabel('Value of GREETING').getAttribute('placeholder')) === 'hello', 'the example stands where the value goes');
  await page.getByText('It will answer at').waitFor();
  await w.look('new-project');

  await w.click('button', 'Deploy');
  await page.waitForURL(`**/o/${slug}/projects/*/deployments/*`);
  const visit = page.getByRole('link', { name: 'Visit' });
  await visit.waitFor({ timeout: 180_000 });
  w.expect((await page.locator('body').getAttribute('data-walk')) === 'same page', 'no page was loaded anew on the way');

  const [site] = await Promise.all([w.context.waitForEvent('page'), w.click('link', 'Visit')]);
  await site.getByText('the shop is open').waitFor();
  await site.close();
  w.figure('deploy_clicks', w.clicksSoFar);
  w.expect(w.clicksSoFar <= most, `it took ${w.clicksSoFar} clicks from the sign-in page to the live site, and ${most} are allowed`);

  await unbuildable(w, slug);
  await accounts(w, slug, shop);
  await others(w, slug);
});

/** connect installs the App on the account and comes back. */
async function connect(w: Walk): Promise<void> {
  const { page, world } = w;

  await w.click('button', 'Connect GitHub');
  await page.getByLabel('Who you are').selectOption(world.user);
  await page.getByLabel('Install on').selectOption(world.account);
  await w.click('button', 'Install');
  await page.getByLabel('Who you are').selectOption(world.user);
  await w.click('button', 'Authorize');
}

/** unbuildable looks where there is no app: the sentence says so, and Deploy waits for another place. */
async function unbuildable(w: Walk, slug: string): Promise<void> {
  const { page, world } = w;

  await w.open(`/o/${slug}/new?repository=${encodeURIComponent(`${world.account}/broken`)}`);
  await page.getByText('Ready to build').waitFor();
  await page.getByLabel('Root directory').fill('nowhere');
  await page.getByRole('button', { name: 'Look there' }).click();
  await page
    .getByText(/nowhere.*(not|no) /)
    .first()
    .waitFor();
  w.expect(await page.getByRole('button', { name: 'Deploy' }).isDisabled(), 'what cannot be built is not deployed');
  await page.getByText('It cannot be deployed as it is').waitFor();
  await w.look('new-unbuildable');

  await w.open(`/o/${slug}/new?git=${encodeURIComponent('ssh://git@git.example.com/me/app.git')}`);
  await page.getByText('It is read by SSH, with a deploy key').waitFor();
  await w.open(`/o/${slug}/new?repository=nobody%2Fnothing`);
  await page.getByText('This repository cannot be reached').waitFor();
}

/** accounts is the page of the connected accounts, which knows what uses a repository and says what leaving does. */
async function accounts(w: Walk, slug: string, shop: string): Promise<void> {
  const { page } = w;

  await w.open(`/o/${slug}/github`);
  const broken = page.getByRole('link', { name: `Import ${w.world.account}/broken` });
  await broken.waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('SHOP');
  await broken.waitFor({ state: 'hidden' });
  await page.getByRole('link', { name: `Import ${shop}` }).waitFor();
  await page.getByText('used by').waitFor();
  await w.look('github');

  await page.getByRole('button', { name: `Disconnect ${w.world.account}` }).click();
  await page.getByText('What is live keeps running').waitFor();
  await w.look('github-disconnect');
  await page.getByRole('button', { name: 'Keep it as it is' }).click();
}

/** others are those who may not, and a platform that has no App. */
async function others(w: Walk, slug: string): Promise<void> {
  const { page } = w;

  await page.route('**/v1/organisations?*', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('"owner"', '"viewer"') });
  });
  await w.open(`/o/${slug}/new`);
  await page.getByText('You are a viewer in').waitFor();
  await w.look('new-viewer');
  await page.unroute('**/v1/organisations?*');

  await page.route('**/github', (route) =>
    route.fulfill({ json: { ready: false, url: 'https://github.com', app_page: `${w.world.url}/github/app` } }),
  );
  await page.route('**/github/installations?*', (route) => route.fulfill({ json: { items: [] } }));
  await w.open(`/o/${slug}/new`);
  await page.getByText('This platform has no GitHub App yet').waitFor();
  await w.look('new-without-app');
}
