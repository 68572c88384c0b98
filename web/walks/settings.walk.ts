import { credentials } from './credentials.ts';
import { dropFile } from './dotenv.ts';
import { visit } from './edge.ts';
import { type Walk, walk } from './walk.ts';

const hostile = '<img src=x onerror=alert(1)>\u202e';
const long = 'N'.repeat(255);

// A file as other programs write it: with a mark of its encoding, lines that end as on Windows, quotes of each kind, a key of several lines and a name twice.
const odd = `\ufeff# of another program\r
\r
export EXPORTED = yes # why not\r
TWICE=1
TWICE="2 # no comment"
KEY="-----BEGIN KEY-----
abc=
-----END KEY-----"
${long}=${hostile}${'x'.repeat(10_000)}`;

// Somebody sets a project up: variables from a .env file, its size, a domain and where that leads; and deletes it, while another tab has it open.
export default walk(async (w) => {
  const { page } = w;
  await w.signIn();
  const organisation = await w.call<{ id: string; slug: string }>('POST', '/v1/organisations', { name: `Walk ${hostile}` });
  const project = await w.call<{ id: string; slug: string; url: string }>('POST', '/v1/projects', {
    organisation_id: organisation.id,
    name: hostile.repeat(3),
    repository_url: 'https://git.example.com/walk/app.git',
    auto_deploy: false,
  });
  const settings = `/o/${organisation.slug}/projects/${project.slug}/settings`;

  // Variables: the diff is shown before anything is saved.
  await w.open(settings);
  await page.waitForURL(`**${settings}/variables`);
  await page.getByText('No variable yet').waitFor();
  const file = page.getByLabel('NAME=value, one a line');
  await file.fill('GREETING=hello\nno variable');
  await page.getByText('Line 2 is not NAME=VALUE').waitFor();
  await file.fill(`# from a friend\nGREETING="hello\\nworld"\nHOSTILE='${hostile}'\nZEITWORK_X=1`);
  await page.getByText('Names that begin with ZEITWORK_ are the platform’s.').waitFor();
  await file.fill(`GREETING="hello\\nworld"\nHOSTILE='${hostile}'\nEMPTY=`);
  const changes = page.getByRole('list', { name: 'What saving does' });
  w.expect((await changes.getByText('Added').count()) === 3, 'each of the three variables is to be added');
  w.expect((await changes.getByText('hello').count()) === 0, 'values are masked');
  await w.click('button', 'Show values');
  await changes.getByText('hello').waitFor();
  await w.look('settings-variables-diff');
  await w.click('button', 'Save 3 changes');
  await page.getByRole('button', { name: 'Actions for HOSTILE' }).waitFor();

  // Nobody can read a value until an owner says so.
  await page.getByRole('button', { name: 'Show the value of HOSTILE' }).hover();
  await page.getByText('Values of this project cannot be read.').first().waitFor();
  await page.getByRole('switch', { name: 'Owners can read values' }).click();
  await w.click('button', 'Let owners read them');
  await page.getByRole('button', { name: 'Show the value of HOSTILE' }).click();
  await page.getByRole('main').getByText('<img src=x').waitFor();
  w.expect((await page.locator('img').count()) === 0, 'a value stays text');
  await w.look('settings-variables');

  // A file that is the whole of it: one is the same, one is another, one goes.
  await file.fill(`HOSTILE='${hostile}'\nGREETING=bye`);
  await w.click('button', 'Compare with what is stored');
  await changes.getByText('Unchanged').waitFor();
  await changes.getByText('Changed', { exact: true }).waitFor();
  await page.getByRole('switch', { name: 'Remove what is not in the text' }).click();
  await changes.getByText('Removed').waitFor();
  await w.click('button', 'Save 2 changes');
  await page.getByRole('button', { name: 'Actions for EMPTY' }).waitFor({ state: 'detached' });
  const { value } = await w.call<{ value: string }>('GET', `/v1/projects/${project.id}/environment-variables/GREETING/value`);
  w.expect(value === 'bye', 'the value of the file is stored');

  await dropped(w, project.id);

  // What is wrong stands beside its input: what the page knows, and what the platform finds.
  await w.click('link', 'Build and start');
  await page.getByLabel('Port', { exact: true }).fill('99999');
  await page.getByLabel('Health path').fill('healthz');
  const start = page.getByRole('region', { name: 'Start and health' });
  await start.getByRole('button', { name: 'Save' }).click();
  await page.getByText('This takes a whole number between 1 and 65535.').waitFor();
  await page.getByLabel('Port', { exact: true }).fill('3000');
  await start.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Expected string to be a path that begins with a slash').waitFor();
  await w.look('settings-build-error');
  await page.getByLabel('Health path').fill('/healthz');
  await start.getByRole('button', { name: 'Save' }).click();
  await start.getByText('Not saved yet.').waitFor({ state: 'detached' });

  await w.click('link', 'Size');
  await page.getByLabel('How many').fill('2');
  await page.getByText('Not saved yet.').waitFor();
  await page.getByRole('region', { name: 'Instances' }).getByRole('button', { name: 'Save' }).click();
  await page.getByText('Not saved yet.').waitFor({ state: 'detached' });
  const { instances } = await w.call<{ instances: number }>('GET', `/v1/projects/${project.id}`);
  w.expect(instances === 2, 'the project has two instances');
  await w.look('settings-size');

  await w.click('link', 'Source');
  await w.click('button', 'Make a deploy key');
  await page.getByText('ssh-ed25519').waitFor();
  await credentials(w);
  await w.click('link', 'Previews');
  await page.getByRole('radio', { name: /For branches/ }).check();
  await page.getByText('Not saved yet.').waitFor();
  await w.look('settings-previews');

  // What is not saved is not lost by going to another page.
  await w.click('link', 'Domains');
  await w.click('button', 'Keep it as it is');
  await w.click('button', 'Discard');
  w.expect(await page.getByRole('radio', { name: /Off/ }).isChecked(), 'the form is as it was');

  await w.click('link', 'General');
  await page.getByLabel('What people call it').fill(' ');
  await page.getByRole('region', { name: 'Name' }).getByRole('button', { name: 'Save' }).click();
  await page.getByText('People have to call it something.').waitFor();
  await page.getByLabel('What people call it').fill('x'.repeat(10_000));
  await page.getByRole('region', { name: 'Name' }).getByRole('button', { name: 'Save' }).click();
  await page.getByText('Not saved yet.').waitFor({ state: 'detached' });
  const { name } = await w.call<{ name: string }>('GET', `/v1/projects/${project.id}`);
  w.expect(name === 'x'.repeat(100), 'of 10,000 characters the input takes as many as a name may have');
  await page.getByLabel('What people call it').fill('Shop');
  await page.getByRole('region', { name: 'Name' }).getByRole('button', { name: 'Save' }).click();
  await page.getByText('Not saved yet.').waitFor({ state: 'detached' });
  await w.look('settings-general');

  // The exact records of a domain, and what stands there now.
  await w.click('link', 'Domains');
  await page.getByLabel('Hostname').fill(`${project.id}.example.com`);
  await w.click('button', 'Add');
  const domain = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: `${project.id}.example.com` }) });
  await domain.getByText(`_zeitwork.${project.id}.example.com`).waitFor();
  await domain.getByText('Found: nothing.').first().waitFor();
  w.expect((await domain.getByText('Not there yet').count()) === 2, 'of both records it is said that they are not there');
  w.expect((await domain.getByText(/^Looked /).count()) === 2, 'of both records it is said when they were looked at');

  const proof = (
    await w.call<{ items: { hostname: string; records: { value: string }[] }[] }>('GET', `/v1/projects/${project.id}/domains`)
  ).items
    .find(({ hostname }) => hostname === `${project.id}.example.com`)
    ?.records.at(0)?.value;
  const inDNS = async (name: string, record: string) => {
    const answer = await fetch(`${w.world.dns}?${new URLSearchParams({ name, record })}`);
    w.expect(answer.ok, `${name} is in the DNS`);
  };

  // Whoever asks by hand sees at once what stands there.
  await inDNS(`${project.id}.example.com`, 'CNAME elsewhere.example.net.');
  await domain.getByRole('button', { name: 'Check now' }).click();
  await domain.getByText('Something else is there').waitFor();
  await domain.getByText('elsewhere.example.net').waitFor();
  await w.look('settings-domains');

  // Nobody asks: the page looks by itself, and the domain is proven soon after.
  await inDNS(`_zeitwork.${project.id}.example.com`, `TXT ${proof}`);
  await domain.getByText('It is there').waitFor({ timeout: 60_000 });
  await domain.getByText('Active', { exact: true }).waitFor({ timeout: 60_000 });
  await redirect(w, `${project.id}.example.com`, project.url);

  // Another tab has the project open when it is deleted.
  const other = await w.context.newPage();
  w.watch(other);
  await other.goto(`${w.world.url}${settings}/size`);
  await other.getByRole('heading', { name: 'Size', exact: true }).waitFor();
  await w.click('link', 'Danger zone');
  await w.click('button', `Delete ${project.slug}`);
  const dialog = page.getByRole('dialog');
  const remove = dialog.getByRole('button', { name: 'Delete the project' });
  await dialog.getByText('6 variables').waitFor();
  await w.look('settings-delete');
  w.expect(await remove.isDisabled(), 'nothing is deleted before its name is typed');
  await dialog.getByLabel(`Type ${project.slug} to go on`).fill(project.slug);
  await remove.click();
  await page.waitForURL(`**/o/${organisation.slug}`);
  await page.getByText('No project yet').waitFor();
  await other.getByText('There is no project of this name').waitFor();

  await restored(w, organisation, project);
});

/** restored brings the project back that was deleted, deletes it again, and then for good. */
async function restored(w: Walk, organisation: { id: string; slug: string }, { id, slug }: { id: string; slug: string }): Promise<void> {
  const { page } = w;
  const deleted = page.getByRole('region', { name: 'Deleted projects' });
  await deleted.getByText('7 days left').waitFor();
  await w.look('projects-deleted');
  await w.click('button', `Restore ${slug}`);
  await page.getByRole('dialog', { name: `Restore ${slug}?` }).waitFor();
  await w.look('project-restore');
  await w.click('button', 'Restore the project');
  await page.waitForURL(`**/o/${organisation.slug}/projects/${slug}`);
  await page.getByText(`${slug} is back.`).waitFor();

  // Another project gets its slug, so that it needs another one to come back.
  await w.call('DELETE', `/v1/projects/${id}`);
  await w.call('POST', '/v1/projects', {
    organisation_id: organisation.id,
    name: 'Another',
    slug,
    repository_url: 'https://git.example.com/walk/app.git',
    auto_deploy: false,
  });
  await w.open(`/o/${organisation.slug}`);
  await deleted.getByText('Another project has its address by now').waitFor();
  await w.click('button', `Restore ${slug}`);
  await page.getByLabel('Another name in addresses').fill(slug);
  await w.click('button', 'Restore the project');
  await page.getByText(`The slug "${slug}" belongs to another project by now`).waitFor();
  await w.look('project-restore-taken');
  await w.click('button', 'Keep it as it is');

  await w.click('button', `Delete for good: ${slug}`);
  const dialog = page.getByRole('dialog', { name: `Delete ${slug} for good?` });
  await dialog.getByLabel(`Type ${slug} to go on`).fill(slug);
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await deleted.waitFor({ state: 'detached' });
}

/** dropped drops a .env file on the page; each of its lines arrives as it was meant, however long. */
async function dropped(w: Walk, project: string): Promise<void> {
  const { page } = w;
  const file = page.getByLabel('NAME=value, one a line');
  await dropFile(page, 'A .env file', 'x'.repeat(2 ** 20 + 1));
  await page.getByText('This file has more than 1 MiB').waitFor();
  await file.fill('A=1');
  await page.getByText('This file has more than 1 MiB').waitFor({ state: 'detached' });
  await dropFile(page, 'A .env file', odd);
  const changes = page.getByRole('list', { name: 'What saving does' });
  await changes.getByText(long).waitFor();
  w.expect((await changes.getByText('Added').count()) === 4, 'each name is added once');
  await w.click('button', 'Save 4 changes');
  await page.getByRole('button', { name: `Actions for ${long}` }).waitFor();

  const stored = async (name: string) =>
    (await w.call<{ value: string }>('GET', `/v1/projects/${project}/environment-variables/${name}/value`)).value;
  w.expect((await stored('EXPORTED')) === 'yes', 'export is no part of a name, nor a comment of a value');
  w.expect((await stored('TWICE')) === '2 # no comment', 'the last of two holds');
  w.expect((await stored('KEY')).split('\n').length === 3, 'a key keeps its lines');
  w.expect((await stored(long)) === `${hostile}${'x'.repeat(10_000)}`, '10,000 characters are kept');
  await page.getByRole('button', { name: `Show the value of ${long}` }).click();
  await page.getByRole('main').getByText('xxxxx').waitFor();
  await w.look('settings-variables-long');
}

/** redirect has the visitors of a domain sent on to the project's own address, and no longer. */
async function redirect(w: Walk, hostname: string, url: string): Promise<void> {
  const { page } = w;
  const target = new URL(url);
  const domain = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: hostname }) });
  const ends = domain.getByText(`Sends visitors on to ${target.hostname}`);
  const give = async (what: string) => {
    await w.click('button', `Actions for ${hostname}`);
    await page.getByRole('menuitem', { name: 'Send visitors on' }).click();
    const dialog = page.getByRole('dialog', { name: `Visitors of ${hostname}` });
    await dialog.getByRole('combobox', { name: 'What they get' }).click();
    await page.getByRole('option', { name: what, exact: true }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await domain.waitFor();
  };

  const there = `${target.protocol}//${hostname}:${target.port}`;
  await give(`Sent on to ${target.hostname}`);
  await ends.waitFor();
  await visit(there, '/cart?of=1', { status: 308, location: `${target.origin}/cart?of=1` });
  await give('The app');
  await ends.waitFor({ state: 'detached' });
  await visit(there, '/cart', { status: 404, location: '' });
}
