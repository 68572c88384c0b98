import { type Picture, pages } from './pages.ts';
import { type Walk, walk } from './walk.ts';

type Listed = { items: { id: string; slug?: string; state?: string; commit_message?: string; name?: string }[] };

// Photographs every page of the demo (test/demo), and how it is while it loads and when nothing can be loaded.
export default walk(async (w) => {
  await w.open('/sign-in');
  await w.look('sign-in');
  await w.signIn('/');

  const ids = await find(w);
  const missed: string[] = [];
  // For those who work on a page: a pattern of the names to photograph, `above` among them, and whether without their other states.
  const { PICTURES_ONLY: only, PICTURES_PLAIN: plain } = process.env;
  const chosen = new RegExp(only ?? '');

  for (const picture of pages) {
    if (!chosen.test(picture.name)) continue;

    try {
      const path = picture.path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? name);
      await w.open(path);
      await shown(w, picture);
      await w.look(picture.name);

      // What knows no API has no other state.
      if (!plain && picture.route && !picture.route.startsWith('/components')) await failing(w, picture.name, path);
    } catch (error) {
      // The others are photographed all the same.
      missed.push(`${picture.name}, at ${w.page.url()}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  if (chosen.test('above')) await above(w);
  w.expect(missed.length === 0, missed.join('\n'));
});

/** shown waits until a page is there, and nothing of it is being loaded any more. */
async function shown({ page }: Walk, { shows }: Picture): Promise<void> {
  await page.getByText(shows).first().waitFor();
  await page
    .waitForFunction(() => !document.querySelector('[role="status"][aria-label^="Loading"], .animate-pulse'), undefined)
    .catch(() => undefined);
  await page.evaluate(() => document.fonts.ready);
}

/** failing photographs a page while what it asks for takes long, and when the platform answers with an error. */
async function failing(w: Walk, name: string, path: string): Promise<void> {
  const { page } = w;
  // Who is signed in, and where, is known before a page asks for anything of its own; so is which project has a slug.
  const known = (url: URL) => /^\/v1\/(session|organisations)$/.test(url.pathname) || url.searchParams.has('slug');
  const own = (url: URL) => url.pathname.startsWith('/v1/') && !known(url);

  try {
    // Somebody comes from another page of the same place, whose frame stays.
    await w.open(besides(path));
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.route(own, () => undefined);
    await page.evaluate((to) => history.pushState({}, '', to), path);
    // A page that needs nothing more than the one beside it is there at once.
    await page
      .locator('.animate-pulse')
      .first()
      .waitFor({ timeout: 3_000 })
      .catch(() => undefined);
    await w.photographAs(`${name}-loading`);
    await page.unroute(own);

    await page.route(own, (route) =>
      route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        body: '{"detail":"The database does not answer. Try again in a minute."}',
      }),
    );
    await w.open(path);
    await page.getByText('The database does not answer').first().waitFor();
    await w.photographAs(`${name}-error`);
  } finally {
    await page.unroute(own);
  }
}

/** besides is another page of the same place. */
function besides(path: string): string {
  const settings = /^\/o\/\w+\/projects\/\w+/.exec(path)?.[0];
  if (settings) return `${settings}/settings/${path.endsWith('/general') ? 'danger' : 'general'}`;
  if (path.startsWith('/platform')) return path.endsWith('/leaks') ? '/platform/nodes' : '/platform/leaks';
  return path.endsWith('/members') ? '/o/acme/settings' : '/o/acme/members';
}

/** above photographs what lies above pages. */
async function above(w: Walk): Promise<void> {
  const { page } = w;

  await w.open('/o/acme/projects/shop');
  await page.getByText('Newest deployments').waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search pages, projects and actions' }).fill('set');
  await page.getByRole('option').first().waitFor();
  await w.look('palette');
  await page.keyboard.press('Escape');
  // Keys do nothing while a dialog is there, also while one fades.
  await page.getByRole('dialog', { name: 'Search and commands' }).waitFor({ state: 'hidden' });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await w.look('keys');
  await page.keyboard.press('Escape');

  await w.context.setOffline(true);
  await page.getByText('You are offline').waitFor();
  await w.photographAs('offline');
  await w.context.setOffline(false);

  const other = await w.another(w.world.other);
  await other.open('/platform');
  await other.page.getByText('You may not see this').waitFor();
  await other.look('forbidden');
  await other.open(`/o/${other.world.other}`);
  await other.page.getByText('No project yet').waitFor();
  await other.look('first-project');
  other.end();
  await other.context.close();
}

/** find returns the ids that stand in paths. */
async function find(w: Walk): Promise<Record<string, string>> {
  const organisations = await w.call<Listed>('GET', '/v1/organisations');
  const acme = organisations.items.find(({ slug }) => slug === 'acme')?.id;
  const projects = await w.call<Listed>('GET', `/v1/projects?organisation_id=${acme}`);
  const nodes = await w.call<Listed>('GET', '/v1/nodes');
  const edges = await w.call<Listed>('GET', '/v1/edges');

  const newest = async (slug: string, state: string, message = '') => {
    const project = projects.items.find((each) => each.slug === slug)?.id;
    const { items } = await w.call<Listed>('GET', `/v1/projects/${project}/deployments`);
    return items.find((each) => each.state === state && (each.commit_message ?? '').includes(message))?.id ?? '';
  };

  return {
    node: nodes.items[0]?.id ?? '',
    edge: edges.items[0]?.id ?? '',
    live: await newest('shop', 'live', 'with tax'),
    failed: await newest('invoices', 'failed'),
    building: await newest('reports', 'deploying', 'quarter'),
    waiting: await newest('guide', 'queued'),
  };
}
