import { visit } from './edge.ts';
import { connect, createProject, type Named } from './github.ts';
import { type Walk, walk } from './walk.ts';

type Project = Named & { url: string; live_deployment_id?: string };

// Somebody watches an app at work: its lines and the requests to it arrive by themselves, are filtered, opened and seen in context.
export default walk(async (w) => {
  const { page } = w;
  await w.signIn();
  const organisation = await w.organisation();
  await connect(w, organisation);
  const project = await createProject<Project>(w, organisation, 'shop');
  const logs = `/o/${organisation.slug}/projects/${project.slug}/logs`;

  await w.open(logs);
  await page.getByText('Nothing is live yet').waitFor();
  await w.look('logs-empty');

  const list = page.getByRole('region', { name: 'Lines and requests' });
  await list.getByText('the shop opens').waitFor({ timeout: 60_000 });
  const { url } = await live(w, project.id);
  await visit(url, '/', { status: 200 });
  await visit(url, '/missing', { status: 404 });
  await visit(url, '/fail', { status: 500 });

  // The site may have been visited more than once until it answered as it should.
  await list.getByText('served /').first().waitFor();
  await list.getByText('the payment was refused').waitFor();
  const failed = list.getByText('500', { exact: true });
  await failed.waitFor();
  w.expect((await list.getByText('\x1b').count()) === 0, 'colours are no text');
  await w.look('logs');

  await visit(url, '/late', { status: 200 });
  await list.getByText('served /late').waitFor();
  // Changes, lines and requests have all come by one stream.
  await w.oneStream();

  // A line that is JSON says its message first; opened, its fields.
  await list.getByText('error', { exact: true }).click();
  await list.getByText('order.currency').waitFor();
  await list.getByText('EUR').waitFor();
  await w.look('logs-fields');
  await list.getByRole('button', { name: 'Show in context' }).click();
  const context = page.getByRole('dialog', { name: 'In context' });
  await context.locator('[aria-current]').getByText('the payment was refused').waitFor();
  await context.getByText('nobody sells that').waitFor();
  await w.look('logs-context');
  const link = page.url();
  await page.keyboard.press('Escape');
  await context.waitFor({ state: 'hidden' });

  // Filters stand in the address, and are cleared at once.
  await w.open(`${logs}?level=error`);
  await list.getByText('the payment was refused').waitFor();
  w.expect((await list.getByText('nobody sells that').count()) === 0, 'errors alone are shown');
  await page.getByRole('button', { name: 'Clear' }).click();
  await list.getByText('nobody sells that').waitFor();
  await page.getByRole('combobox', { name: /Status of requests/ }).fill('4xx');
  await list.getByText('404', { exact: true }).waitFor();
  await failed.waitFor({ state: 'hidden' });
  w.expect(new URL(page.url()).searchParams.get('status') === '4xx', 'the status stands in the address');
  await page.getByRole('button', { name: 'Clear' }).click();

  // "/" leads to the search, which says what is wrong with a pattern.
  await failed.waitFor();
  await page.locator('#main').focus();
  await page.keyboard.press('/');
  await page.keyboard.type('/(open/');
  await page
    .getByText(/regular expression|missing closing|pattern/i)
    .first()
    .waitFor();
  await w.look('logs-refused');
  await page.keyboard.press('Escape');
  await failed.waitFor();

  // The link to a line leads into its context.
  await w.open(link.slice(w.world.url.length));
  await context.locator('[aria-current]').getByText('the payment was refused').waitFor();
});

/** live waits until something of a project is live. */
async function live(w: Walk, id: string): Promise<Project> {
  for (let tries = 0; tries < 150; tries++) {
    const project = await w.call<Project>('GET', `/v1/projects/${id}`);
    if (project.live_deployment_id) return project;
    await w.page.waitForTimeout(200);
  }
  throw new Error('nothing went live');
}
