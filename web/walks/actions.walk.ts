import { visit } from './edge.ts';
import { connect, createProject, type Named, push } from './github.ts';
import { type Walk, walk } from './walk.ts';

type Project = Named & { url: string };

const branch = `fix/<b>\u202e${'x'.repeat(150)}`;
const hostile = `<img src=x onerror=alert(1)> \u202egnirts ${'y'.repeat(10_000)}`;
// A machine that builds for other walks, too, takes a while for what is a matter of seconds.
const patience = { timeout: 120_000 };

// Somebody goes back to what was live before, lets pushes go on, takes a preview to production and restarts it. Each action says before what it does; the
// page follows by itself, and the site answers as the page says.
export default walk(async (w) => {
  const { page } = w;
  await w.signIn();
  const organisation = await w.organisation();
  await connect(w, organisation);
  const project = await createProject<Project>(w, organisation, 'site', { previews: 'branches' });
  const overview = `/o/${organisation.slug}/projects/${project.slug}`;
  const site = (text: string) => visit(project.url, '/', { body: text });

  // A push goes live while somebody looks, and another branch gets a preview, whatever its name and its message are.
  await w.open(overview);
  const live = page.getByRole('region', { name: 'Production' });
  await live.getByText('1 of 1 instance healthy').waitFor(patience);
  await site('one');
  await push(w, 'site', { branch, path: 'site.txt', content: 'preview', message: hostile });
  await push(w, 'site', { path: 'site.txt', content: 'two', message: 'Second' });
  await live.getByText('Second', { exact: true }).waitFor(patience);
  await site('two');

  await backAndOn(w, site, overview);
  await fromPreview(w, site, overview);
  await again(w, site);
});

/** backAndOn rolls back, which has the next push wait, and unpins where that push waits. */
async function backAndOn(w: Walk, site: (text: string) => Promise<void>, overview: string): Promise<void> {
  const { page } = w;
  await page.getByRole('region', { name: 'Newest deployments' }).getByRole('link', { name: 'Begin' }).click();
  await heading(w, 'Retired');
  await w.click('button', 'Roll back to this');
  const dialog = page.getByRole('dialog', { name: 'Roll back to this deployment?' });
  await dialog.getByText('nothing is built').waitFor();
  await dialog.getByText('production is pinned from then on').waitFor();
  await dialog.getByRole('button', { name: 'Roll back to this' }).click();
  await page.getByText('as a rollback').waitFor();
  await heading(w, 'Live');
  w.expect((await page.getByRole('listitem').getByText('not needed').count()) > 0, 'a rollback builds nothing');
  await site('one');

  // Pushes wait from now on, which the overview and the page of the push say.
  await w.open(overview);
  await page.getByText('Production is pinned').waitFor();
  await w.click('button', /^Deploy$/);
  await page.getByRole('dialog').getByText('The pin of production ends.').waitFor();
  await w.click('button', 'Keep it as it is');
  await push(w, 'site', { path: 'site.txt', content: 'three', message: 'Third' });
  await page.getByText('One is waiting.').waitFor(patience);
  await w.look('actions-pinned');
  await page.getByRole('region', { name: 'Newest deployments' }).getByRole('link', { name: 'Third' }).click();
  await page.getByText('This push is built and waits.').waitFor();
  await w.click('button', 'Unpin');
  const unpin = page.getByRole('dialog', { name: 'Unpin production?' });
  await unpin.getByText('The newest push that waits goes live at once').waitFor();
  await unpin.getByRole('button', { name: 'Unpin' }).click();
  await heading(w, 'Live');
  w.expect((await page.getByText('This push is built and waits.').count()) === 0, 'nothing says any more that it waits');
  await site('three');
}

/** fromPreview pins a preview and unpins it, and takes what is live there to production. */
async function fromPreview(w: Walk, site: (text: string) => Promise<void>, overview: string): Promise<void> {
  const { page } = w;
  await w.open(overview);
  const previews = page.getByRole('region', { name: 'Previews' });
  await previews.getByText('fix/<b>').waitFor();
  await page
    .getByRole('region', { name: 'Newest deployments' })
    .getByRole('link', { name: /^<img src=x/ })
    .click();
  await heading(w, 'Live');
  w.expect((await page.locator('main img').count()) === 0, 'a message and a branch stay text');
  await w.look('actions-preview');

  await act(w, 'Promote to production', 'Promote to production?', /Takes the image of commit .* to production/);
  await page.getByText('as a promotion').waitFor();
  await heading(w, 'Live');
  await site('preview');

  await page.goBack();
  await act(w, 'Roll back to this', 'Roll back to this deployment?', /is pinned from then on/);
  await page.getByText('as a rollback').waitFor();
  await w.open(overview);
  await previews.getByText('Pinned by a rollback').waitFor();
  await w.look('actions-preview-pinned');
  await previews.getByRole('button', { name: 'Unpin' }).click();
  const unpin = page.getByRole('dialog', { name: /^Unpin fix/ });
  await unpin.getByText('None is waiting.').waitFor();
  await unpin.getByRole('button', { name: 'Unpin' }).click();
  await previews.getByText('Pinned by a rollback').waitFor({ state: 'detached' });
  await page
    .getByRole('region', { name: 'Production' })
    .getByRole('link', { name: /^<img src=x/ })
    .click();
}

/** again restarts what is live: another instance takes over. */
async function again(w: Walk, site: (text: string) => Promise<void>): Promise<void> {
  const { page } = w;
  const instances = page.getByRole('region', { name: 'Instances' });
  const healthy = instances.getByRole('listitem').filter({ hasText: 'Healthy' }).locator('code');
  const before = (await healthy.getAttribute('title')) ?? '';
  await act(w, 'Restart', 'Restart the instances?', /so that no request is lost/);
  await healthy.and(page.locator(`code:not([title="${before}"])`)).waitFor(patience);
  await site('preview');
}

/** act does what the menu of a deployment offers, after reading what it says about it. */
async function act(w: Walk, name: string, title: string, effect: RegExp): Promise<void> {
  await w.click('button', 'More actions');
  await w.page.getByRole('menuitem', { name }).click();
  const dialog = w.page.getByRole('dialog', { name: title });
  await dialog.getByText(effect).waitFor();
  await dialog.getByRole('button', { name }).click();
}

async function heading({ page }: Walk, state: string): Promise<void> {
  await page.getByRole('heading', { level: 1 }).getByText(state, { exact: true }).waitFor(patience);
}
