import { choose, decline, everyCommand } from './palette.ts';
import { walk } from './walk.ts';

// An operator sees what the platform is made of, makes a node and an edge, drains and removes them; who is none, or is none any more, sees nothing of it.
export default walk(async (w) => {
  const { page, world } = w;
  const asOperator = <T>(method: string, path: string, body?: unknown) => w.call<T>(method, path, body, world.operatorToken);

  const go = (place: string) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: place }).click();

  await w.signIn('/platform/nodes');
  await page.getByText('These pages are for operators of this platform.').waitFor();
  await w.look('platform-forbidden');

  const me = (await w.call<{ user: { id: string } }>('GET', '/v1/session')).user.id;
  const name = `walked-${me.slice(-12)}`;
  const own = async (kind: 'nodes' | 'edges') =>
    (await asOperator<{ items: { id: string; name: string; state?: string }[] }>('GET', `/v1/${kind}?limit=500`)).items.find(
      (each) => each.name === name,
    );

  // A machine's token may not ask who it is, which only a valid one is told.
  const isValid = async (token: string) => {
    const answer = await w.api.get(`${world.url}/v1/me`, { headers: { Authorization: `Bearer ${token}` } });
    w.expect([401, 403].includes(answer.status()), 'a token of a machine is of no user');
    return answer.status() === 403;
  };

  // The token that a dialog shows, which goes with the dialog.
  const copyToken = async (prefix: string) => {
    const dialog = page.getByRole('dialog', { name: `The token of ${name}` });
    const token = (await dialog.getByText(new RegExp(`^${prefix}`)).textContent()) ?? '';
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Copy the command' }).waitFor();
    w.expect((await dialog.getByText(token).count()) === 1, 'the token stands in no command');
    return { dialog, token };
  };

  // The one-time token in the command that a dialog shows, which goes with the dialog.
  const copyJoinCommand = async (kind: 'node' | 'edge') => {
    const dialog = page.getByRole('dialog', { name: `Make a machine ${name}` });
    const command = (await dialog.getByText(`curl -fsSL ${world.url}/install/${kind} | `).textContent()) ?? '';
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Copy the command' }).waitFor();
    return /ZEITWORK_JOIN_TOKEN=(zwj_\w+) sh$/.exec(command)?.[1] ?? '';
  };

  // The node or edge that a one-time token is for; none where it is good no longer.
  const nameFor = async (kind: 'node' | 'edge', token: string) => {
    const data = { token, public_key: 'A'.repeat(43), check_only: true };
    const answer = await w.api.post(`${world.url}/v1/${kind}/join`, { data });
    return answer.ok() ? ((await answer.json()) as { name: string }).name : undefined;
  };

  try {
    await asOperator('PUT', `/v1/users/${me}/operator`, { operator: true });
    await page.reload();

    // A node of its own, which no agent serves: others run their tests on the platform's.
    await w.click('button', 'Add a node');
    const adding = page.getByRole('dialog', { name: 'Add a node' });
    await adding.getByLabel('Name').fill('No Name');
    await adding.getByLabel('Region').fill('nowhere');
    await w.click('button', 'Make the node');
    await adding.getByText(/letter or digit at both ends/).waitFor();
    await w.look('platform-new-node');
    await adding.getByLabel('Name').fill(name);
    await w.click('button', 'Make the node');
    const joined = await copyJoinCommand('node');
    await w.look('platform-node-join');
    await w.click('button', 'I have copied it');
    w.expect((await nameFor('node', joined)) === name, 'the one-time token is for the node');

    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.getByText('No machine has joined as this node yet').waitFor();
    await w.click('button', 'Join a machine');
    const again = await copyJoinCommand('node');
    await w.click('button', 'I have copied it');
    w.expect(
      (await nameFor('node', again)) === name && (await nameFor('node', joined)) === undefined,
      'the newest one-time token alone is good',
    );

    // A token for a machine that joins without the script; another one takes its place, and the first one works until it is revoked.
    await w.click('button', 'Replace the token');
    await w.click('button', 'Make the new token');
    const first = await copyToken('zwn_');
    await w.click('button', 'I have copied it');
    w.expect(await isValid(first.token), 'the token of the node is valid');
    await w.click('button', 'Replace the token');
    await page.getByRole('dialog', { name: `Replace the token of ${name}` }).waitFor();
    await w.look('platform-rotate');
    await w.click('button', 'Make the new token');
    const second = await copyToken('zwn_');
    await second.dialog.getByText(/^The old token works until .*in 59 minutes|^The old token works until .*in 1 hour/).waitFor();
    await w.look('platform-rotated');
    await w.click('button', 'I have copied it');
    w.expect((await isValid(first.token)) && (await isValid(second.token)), 'both tokens are valid for an hour');

    const tokens = page.getByRole('region', { name: 'Tokens' }).getByRole('listitem');
    await tokens.nth(1).getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke the token' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    w.expect((await tokens.count()) === 1, 'the token that was revoked is listed no more');
    w.expect(!(await isValid(first.token)) && (await isValid(second.token)), 'the first token is refused, the second is not');

    await page.getByText('Start its agent with the token').waitFor();
    await w.click('button', 'Drain');
    await page.getByText('The node gets no new VMs.').waitFor();
    await w.look('platform-drain');
    await page.getByRole('dialog').getByRole('button', { name: 'Drain' }).click();
    await page.getByText('No VM is left on the node').waitFor();
    await w.look('platform-node');
    await w.click('button', 'Make it ready');
    await page.getByRole('dialog').getByRole('button', { name: 'Make it ready' }).click();
    await page.getByRole('dialog', { name: /^Make/ }).waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Drain' }).waitFor();
    await w.click('button', 'Cordon');
    await page.getByText('keeps those that it has until it is drained').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cordon' }).click();
    await page.getByText('until it is made ready again').waitFor();
    w.expect((await own('nodes'))?.state === 'cordoned', 'the node is cordoned');
    await w.click('button', 'Make it ready');
    await page.getByRole('dialog').getByRole('button', { name: 'Make it ready' }).click();
    await page.getByRole('button', { name: 'Cordon' }).waitFor();
    const node = await own('nodes');
    w.expect(node?.state === 'ready', 'the node is ready again');

    // An operator says what VMs get of it, and where it stands.
    const settings = page.getByRole('region', { name: 'Settings', exact: true });
    await settings.getByLabel('Memory, in GiB').fill('much');
    await settings.getByLabel('Other labels').fill('maker');
    await settings.getByRole('button', { name: 'Save' }).click();
    await settings.getByText('Type a number above 0.').waitFor();
    await settings.getByText('“maker” is none').waitFor();
    await w.look('platform-node-settings');
    await settings.getByLabel('Memory, in GiB').fill('0.5');
    await settings.getByLabel('Other labels').fill('maker=acme');
    await settings.getByLabel('Rack').fill('r 7');
    await settings.getByRole('button', { name: 'Save' }).click();
    await settings.getByText('would be reserved for the host').or(settings.getByText('is no label')).first().waitFor();
    await settings.getByLabel('Memory, in GiB').fill('64');
    await settings.getByLabel('Processors, in cores').fill('16');
    await settings.getByLabel('Times each processor is given away').fill('2');
    await settings.getByLabel('Rack').fill('r7');
    await settings.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Node saved').waitFor();
    await page.getByText('maker=acme, rack=r7').waitFor();
    const saved = await asOperator<{ max_memory_bytes: number; cpu_overcommit: number; max_cpu_millis: number; labels: object }>(
      'GET',
      `/v1/nodes/${node?.id}`,
    );
    w.expect(
      saved.max_memory_bytes === 64 * 1024 ** 3 && saved.max_cpu_millis === 16_000 && saved.cpu_overcommit === 2,
      'the node gives away what was typed',
    );
    await choose(w, `Drain ${name}`);
    await decline(w, `Drain ${name}?`, 'The node gets no new VMs.');

    // The list of nodes keeps itself up to date: nobody reloads it.
    await go('Overview');
    await page.getByText(`Node ${name} was never in touch.`).waitFor();
    await w.look('platform-overview');
    await go('Nodes');
    const entry = page.getByRole('listitem').filter({ hasText: name });
    await entry.getByText('Never in touch').waitFor();
    await w.look('platform-nodes');
    await asOperator('PATCH', `/v1/nodes/${node?.id}`, { state: 'draining' });
    await entry.getByText('Draining').waitFor();

    // The palette leads to what is for operators alone, and knows the node by its name.
    const elsewhere = ['Overview', 'Nodes', 'Builders', 'Edges', 'Queue', 'Leaks', 'Quotas', 'Users', 'Audit log', 'Add an edge'];
    const ofPlatform = {
      'Add a node': () => decline(w, 'Add a node', 'a command that makes a machine this node'),
      'River UI': async () => {
        await page.waitForURL('**/river/jobs*');
        await page.getByRole('link', { name: 'Queues' }).waitFor();
        await w.open('/platform/nodes');
        await entry.getByText('Draining').waitFor();
      },
    };
    await everyCommand(w, 'Platform', ofPlatform, elsewhere);
    await choose(w, `Make ${name} ready`);
    await decline(w, `Make ${name} ready?`, 'The node is given VMs again');
    await choose(w, `Nodes › ${name}`);
    await page.getByRole('heading', { name, level: 1 }).waitFor();

    await go('Builders');
    await page.getByText('In touch').first().waitFor();
    await w.look('platform-builders');
    await w.click('button', 'Add a builder');
    await page.getByText('exec zeitwork worker').waitFor();
    await w.look('platform-new-builder');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();

    // The palette knows how to make an edge, too.
    await go('Edges');
    await page.getByText('In touch').first().waitFor();
    await w.look('platform-edges');
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox').fill('add an edge');
    await page.keyboard.press('Enter');
    const newEdge = page.getByRole('dialog', { name: 'Add an edge' });
    await newEdge.getByLabel('Name').fill(name);
    await newEdge.getByLabel('Region').fill('nowhere');
    await w.click('button', 'Make the edge');
    const edge = await copyJoinCommand('edge');
    await w.look('platform-edge-join');
    w.expect((await nameFor('edge', edge)) === name, 'the one-time token is for the edge');
    await w.click('button', 'I have copied it');
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.getByText('Serves nothing yet').waitFor();
    await w.look('platform-edge');
    await w.click('button', 'Remove');
    await page.getByLabel(`Type ${name} to go on`).fill(name);
    await w.look('platform-remove-edge');
    await w.click('button', 'Remove the edge');
    await page.getByRole('heading', { name: 'Edges', level: 1 }).waitFor();
    await page.getByRole('link', { name, exact: true }).waitFor({ state: 'detached' });
    w.expect((await nameFor('edge', edge)) === undefined, 'the one-time token of an edge that is removed is refused');

    await go('Queue');
    await page
      .getByRole('cell', { name: /\d+ of \d+/ })
      .first()
      .waitFor();
    await page.getByRole('heading', { name: 'Deployments that wait without a job' }).waitFor();
    w.expect((await page.getByRole('link', { name: 'River UI' }).getAttribute('href')) === '/river/', 'River UI is one click away');
    await page.getByRole('combobox', { name: 'State' }).click();
    await page.getByRole('option', { name: 'Tried again' }).click();
    await page.waitForURL(/state=retryable/);
    await w.look('platform-queue');

    await go('Leaks');
    await page.getByRole('heading', { name: 'Where was looked' }).waitFor();
    await page.getByText('The node has never been in touch.').first().waitFor();
    await w.look('platform-leaks');

    // What is removed is named first, and nothing of it is left.
    await go('Nodes');
    await page.getByRole('link', { name, exact: true }).click();
    await w.click('button', 'Remove');
    const removing = page.getByRole('dialog', { name: `Remove ${name}?` });
    const remove = removing.getByRole('button', { name: 'Remove the node' });
    w.expect(await remove.isDisabled(), 'nothing is removed before its name is typed');
    await w.look('platform-remove-node');
    await removing.getByLabel(`Type ${name} to go on`).fill(name);
    await remove.click();
    await page.getByRole('heading', { name: 'Nodes', level: 1 }).waitFor();
    await page.getByRole('link', { name, exact: true }).waitFor({ state: 'detached' });
    w.expect((await own('nodes')) === undefined && !(await isValid(second.token)), 'the node is gone, and its token is refused');

    await go('Quotas');
    await page.getByLabel('Its name in addresses').fill((await w.organisation()).slug);
    await w.click('button', 'Show');
    const quotas = page.getByRole('region', { name: /^Quotas of/ });
    await quotas.getByLabel('Builds at once').fill('many');
    await quotas.getByRole('button', { name: 'Save' }).click();
    await quotas.getByText('Type a number, or leave it empty.').waitFor();
    await quotas.getByLabel('Builds at once').fill('3');
    await quotas.getByRole('button', { name: 'Save' }).click();
    await quotas.getByText('Empty: the platform’s number.').waitFor();
    await w.look('platform-quotas');

    await go('Audit log');
    await page.getByText('changed what the organisation may use').first().waitFor();
    await w.look('platform-audit');

    await go('Users');
    const search = page.getByRole('searchbox', { name: 'Search users' });
    await search.fill(world.user);
    await page.getByText('you', { exact: true }).waitFor();
    await w.look('platform-users');
    await page.getByRole('button', { name: /^End being operator: / }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
    await page.getByText('You may not see this').waitFor();
  } finally {
    await asOperator('PUT', `/v1/users/${me}/operator`, { operator: false });
    const left = { node: await own('nodes'), edge: await own('edges') };
    if (left.node) await asOperator('DELETE', `/v1/nodes/${left.node.id}`);
    if (left.edge) await asOperator('DELETE', `/v1/edges/${left.edge.id}`);
  }
});
