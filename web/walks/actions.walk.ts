import { visit } from './edge.ts';
import { connect, createProject, type Named, push } from './github.ts';
import { arrive, choose, decline, everyCommand, type Ways } from './palette.ts';
import { type Walk, walk } from './walk.ts';

type Project = Named & { url: string };
/** Place is the project of the walk: where its overview is, and a wait until it answers with a text. */
type Place = { project: Project; overview: string; site: (text: string) => Promise<void> };

const branch = `fix/<b>\u202e${'x'.repeat(150)}`;
const hostile = `<img src=x onerror=alert(1)> \u202egnirts ${'y'.repeat(10_000)}`;
// A machine that builds for other walks, too, takes a while for what is a matter of seconds.
const patience = { timeout: 120_000 };

// Somebody goes back to what was live before, lets pushes go on, takes a preview to production and restarts it, pauses pushes, and lets a stranger's pull
// request be built. Each action says before what it does, where the palette offers it, too; the page follows by itself, and the site answers as the page says.
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

  const place = { project, overview, site };
  await backAndOn(w, place);
  await fromPreview(w, place);
  await again(w, site);
  await pause(w, place);
  await fork(w, place);
  await live.getByText('Fourth', { exact: true }).waitFor(patience);
  await site('four');
});

/** offered is what the palette has for a project of which something is live, on whatever page of it, and what each leads to. */
function offered(w: Walk, { project, overview }: Place, answer: string): Ways {
  const { page } = w;

  return {
    'Deploy the newest commit': () => decline(w, 'Deploy the newest commit?', 'it takes over production'),
    'Open the live site': async () => {
      const site = w.context.pages().find((each) => each !== page) ?? (await w.context.waitForEvent('page'));
      await site.getByText(answer, { exact: true }).waitFor();
      await site.close();
    },
    'Copy its address': async () => {
      await page.getByText('Copied', { exact: true }).waitFor();
      w.expect((await page.evaluate(() => navigator.clipboard.readText())) === project.url, 'the address is in the clipboard');
    },
    'Add a domain': () => arrive(w, `${overview}/settings/domains`, page.getByLabel('Hostname')),
    'Import a .env': () => arrive(w, `${overview}/settings/variables`, page.getByLabel('NAME=value, one a line')),
    'Pause deploying pushes': () => decline(w, `Pause deploying pushes to ${project.slug}?`, 'you deploy by hand'),
  };
}

/** backAndOn rolls back, which has the next push wait, and unpins where that push waits. */
async function backAndOn(w: Walk, place: Place): Promise<void> {
  const { page } = w;
  const { project, overview, site } = place;
  const group = `Actions in ${project.slug}`;
  const always = offered(w, place, 'one');
  await page.getByRole('region', { name: 'Newest deployments' }).getByRole('link', { name: 'Begin' }).click();
  await heading(w, 'Retired');
  const ofRetired = {
    'Redeploy this commit': () => decline(w, 'Deploy this commit again?', 'with the settings and variables of today'),
    'Roll back to this deployment': () => decline(w, 'Roll back to this deployment?', 'nothing is built'),
  };
  await everyCommand(w, group, ofRetired, Object.keys(always));
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
  const before = await deploymentsOf(w, project);
  await w.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: w.world.url });
  await everyCommand(w, group, {
    ...always,
    'Redeploy what is live': () => decline(w, 'Deploy this commit again?', 'The pin of production ends.'),
    'Restart what is live': () => decline(w, 'Restart the instances?', 'so that no request is lost'),
    'Unpin production': () => decline(w, 'Unpin production?', 'None is waiting.'),
  });
  w.expect((await deploymentsOf(w, project)) === before, 'what was asked for and declined is not done');
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
async function fromPreview(w: Walk, place: Place): Promise<void> {
  const { page } = w;
  const { project, overview, site } = place;
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
  const ofPreview = {
    'Redeploy this commit': () => decline(w, 'Deploy this commit again?', 'with the settings and variables of today'),
    'Roll back to this deployment': () => decline(w, 'Roll back to this deployment?', 'is pinned from then on'),
    'Promote this to production': () => decline(w, 'Promote to production?', /Takes the image of commit .* to production/),
    'Restart these instances': () => decline(w, 'Restart the instances?', 'so that no request is lost'),
  };
  await everyCommand(w, `Actions in ${project.slug}`, ofPreview, Object.keys(offered(w, place, 'three')));

  await act(w, 'Promote to production', 'Promote to production?', /Takes the image of commit .* to production/);
  await page.getByText('as a promotion').waitFor();
  await heading(w, 'Live');
  await site('preview');

  await page.goBack();
  await page.getByText('as a promotion').waitFor({ state: 'detached' });
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

/** pause turns off that pushes are deployed, by the switch in the settings. Turned on by the palette, what was pushed last is deployed. */
async function pause(w: Walk, { project, overview }: Place): Promise<void> {
  const { page } = w;
  await w.open(`${overview}/settings/source`);
  const pushes = page.getByRole('region', { name: 'Branch and pushes' });
  await pushes.getByRole('switch', { name: 'Deploy pushes by themselves' }).click();
  await pushes.getByText('Not saved yet.').waitFor();
  await pushes.getByRole('button', { name: 'Save' }).click();
  await pushes.getByText('Not saved yet.').waitFor({ state: 'detached' });

  // Whoever has seen the second push has seen the first.
  const before = await deploymentsOf(w, project);
  await push(w, 'site', { path: 'site.txt', content: 'four', message: 'Fourth' });
  await push(w, 'site', { branch: 'later', path: 'site.txt', content: 'later', message: 'Later [skip deploy]' });
  await w.open(overview);
  await page
    .getByRole('region', { name: 'What happened' })
    .getByText(/of branch later was not deployed/)
    .waitFor(patience);
  w.expect((await deploymentsOf(w, project)) === before, 'no push is deployed while that is off');

  await choose(w, 'Deploy pushes by themselves');
  const dialog = page.getByRole('dialog', { name: `Deploy pushes to ${project.slug} by themselves?` });
  await dialog.getByText('The newest commit of main is deployed at once, unless it was before').waitFor();
  await w.pressOn('button', 'Deploy pushes');
  await dialog.waitFor({ state: 'hidden' });
}

/** fork has pull requests get previews, deletes that of a branch by hand, and lets the commit of a stranger's pull request be built. */
async function fork(w: Walk, { project, overview }: Place): Promise<void> {
  const { page, world } = w;
  await w.open(`${overview}/settings/previews`);
  const made = page.getByRole('region', { name: 'When previews are made' });
  await made.getByRole('radio', { name: /For pull requests/ }).check();
  await made.getByText('open pull requests get theirs').waitFor();
  await made.getByRole('button', { name: 'Save' }).click();
  const there = page.getByRole('region', { name: 'Previews that are there' });
  await there.getByText(`#1 ${world.pull}`).waitFor(patience);

  const { items } = await w.call<{ items: { branch: string; slug: string; url: string; pull_request?: object }[] }>(
    'GET',
    `/v1/projects/${project.id}/environments`,
  );
  const ofBranch = items.find((each) => each.branch === branch);
  const ofPull = items.find((each) => each.pull_request);
  if (!ofBranch || !ofPull) throw new Error(`the branch or the pull request has no preview: ${JSON.stringify(items)}`);

  await visit(ofBranch.url, '/', { body: 'preview' });
  await w.click('button', `Delete the preview ${ofBranch.slug}`);
  const deleting = page.getByRole('dialog', { name: 'Delete this preview?' });
  await deleting.getByText('its domains answer no longer').waitFor();
  await deleting.getByRole('button', { name: 'Delete the preview' }).click();
  await deleting.waitFor({ state: 'hidden' });
  await there.getByText(`#1 ${world.pull}`).waitFor();
  await there.getByRole('button', { name: `Delete the preview ${ofBranch.slug}` }).waitFor({ state: 'detached' });
  await visit(ofBranch.url, '/', { status: 404 });

  await w.open(overview);
  const pull = page
    .getByRole('region', { name: 'Previews' })
    .getByRole('listitem')
    .filter({ hasText: `#1 ${world.pull}` });
  await pull.getByText('fork', { exact: true }).waitFor();
  await pull.getByText('Nothing live').waitFor();
  await pull.getByText('Waiting for approval').waitFor();
  await w.look('actions-fork');
  await pull.getByRole('button', { name: /^Approve / }).click();
  const approving = page.getByRole('dialog', { name: 'Build and run this commit?' });
  await approving.getByText('without any of the project’s variables').waitFor();
  await approving.getByRole('button', { name: 'Approve', exact: true }).click();
  await approving.waitFor({ state: 'hidden' });
  await pull.waitFor();
  await pull.getByText('Waiting for approval').waitFor({ state: 'detached' });
  await pull.getByText('Nothing live').waitFor({ state: 'detached', ...patience });
  await visit(ofPull.url, '/', { body: 'painted' });
}

/** deploymentsOf are the newest deployments of a project, as one text. */
async function deploymentsOf(w: Walk, project: Named): Promise<string> {
  const { items } = await w.call<{ items: { id: string }[] }>('GET', `/v1/projects/${project.id}/deployments`);
  return items.map(({ id }) => id).join();
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
