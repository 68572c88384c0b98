import { describe, expect, it, vi } from 'vitest';
import type { Schemas } from '@/api/client';
import { commandsFor } from './commands';
import type { Here } from './here';
import type { Ways } from './ways';

const done = vi.fn<(what: string, ...details: unknown[]) => void>();
const way =
  (what: string) =>
  (...details: unknown[]) =>
  () =>
    done(what, ...details);

const ways = {
  go: way('go'),
  add: way('add'),
  leave: way('leave'),
  open: way('open'),
  ask: way('ask'),
  copy: way('copy'),
  signOut: way('sign out')(),
} as Ways;

const organisation = (role: Schemas['Organisation']['role'], slug = 'acme') =>
  ({ id: slug, slug, name: '', role }) as Schemas['Organisation'];
const project = (slug: string, more: Partial<Schemas['Project']> = {}) =>
  ({
    id: slug,
    slug,
    name: slug,
    organisation_id: 'acme',
    url: `https://${slug}.example.com`,
    branch: 'main',
    ...more,
  }) as Schemas['Project'];
const action = (name: Schemas['DeploymentAction']['action'], allowed = true) => ({ action: name, allowed, effect: 'It does.' });
const deployment = (...actions: Schemas['DeploymentAction'][]) =>
  ({ id: 'd', commit_message: 'Sell more\n\nmuch', actions }) as Schemas['Deployment'];

const here = (role: Schemas['Organisation']['role'], more: Partial<Here> = {}): Here => ({
  organisations: [organisation(role), organisation('owner', 'other')],
  organisation: organisation(role),
  projects: [],
  isShown: false,
  nodes: [],
  ...more,
});

const all = (at: Here, found: Schemas['Project'][] = []) => commandsFor(at, found, ways).flatMap(({ items }) => items);
const namesOf = (at: Here, found?: Schemas['Project'][]) => all(at, found).map(({ name }) => name);
const run = (at: Here, name: string) => {
  done.mockClear();
  const command = all(at).find((each) => each.name === name);
  if (!command) throw new Error(`there is no command ${name}`);
  command.run();
  return done.mock.calls[0];
};

describe('commandsFor', () => {
  const shop = project('shop', { live_deployment_id: 'd', auto_deploy: true });
  const changes = ['Deploy the newest commit', 'Add a domain', 'Import a .env', 'Pause deploying pushes'];

  it('offers a viewer what only looks', () => {
    const names = namesOf(here('viewer', { project: shop, deployment: deployment(action('restart', false)) }));
    for (const name of [
      ...changes,
      'New project',
      'Invite a member',
      'Connect GitHub',
      'Rename the organisation',
      'Restart what is live',
    ]) {
      expect(names).not.toContain(name);
    }
    for (const name of ['Open the live site', 'Copy its address', 'Create a token', 'Members']) expect(names).toContain(name);
  });

  it('offers a developer what changes projects, and owners the rest', () => {
    expect(namesOf(here('developer', { project: shop }))).toEqual(expect.arrayContaining([...changes, 'New project']));
    expect(namesOf(here('developer', { project: shop }))).not.toContain('Invite a member');
    expect(namesOf(here('owner'))).toEqual(expect.arrayContaining(['Invite a member', 'Connect GitHub', 'Rename the organisation']));
  });

  it('asks before anything changes', () => {
    const at = here('owner', { project: shop, deployment: deployment(action('redeploy')) });
    for (const name of ['Deploy the newest commit', 'Pause deploying pushes', 'Redeploy what is live'])
      expect(run(at, name)?.[0]).toBe('ask');
    expect(run(at, 'Pause deploying pushes')?.[1]).toMatchObject({ to: 'follow', follows: false });
  });

  it('offers of a deployment that is shown all that is possible now', () => {
    const actions = [action('cancel'), action('redeploy', false), action('rollback'), action('promote'), action('restart', false)];
    const names = namesOf(here('owner', { project: shop, deployment: deployment(...actions), isShown: true }));
    expect(names).toEqual(expect.arrayContaining(['Cancel this deployment', 'Roll back to this deployment', 'Promote this to production']));
    expect(names).not.toContain('Redeploy this commit');
    expect(names).not.toContain('Restart these instances');
  });

  it('offers of what is live nothing that is for its own page', () => {
    const names = namesOf(here('owner', { project: shop, deployment: deployment(action('cancel'), action('restart')) }));
    expect(names).toContain('Restart what is live');
    expect(names).not.toContain('Cancel this deployment');
  });

  it('offers no visit to a site that is not live, and unpinning only of what is pinned', () => {
    const names = namesOf(here('owner', { project: project('new') }));
    expect(names).not.toContain('Open the live site');
    expect(names).not.toContain('Unpin production');
    expect(namesOf(here('owner', { project: project('new', { pinned_by: 'd' }) }))).toContain('Unpin production');
  });

  it('turns the way of pushes round', () => {
    const at = here('owner', { project: project('quiet', { auto_deploy: false }) });
    expect(run(at, 'Deploy pushes by themselves')?.[1]).toMatchObject({ follows: true });
  });

  it('knows projects that were found on the platform, each once, those of other organisations by their owner', () => {
    const found = [project('shop'), project('far', { organisation_id: 'other' }), project('gone', { organisation_id: 'nobody' })];
    const commands = all(here('viewer', { projects: [project('shop')] }), found);
    expect(commands.filter(({ name }) => name === 'shop')).toHaveLength(1);
    expect(commands.find(({ name }) => name === 'far')).toMatchObject({ hint: 'other' });
    expect(commands.some(({ name }) => name === 'gone')).toBe(false);
  });

  it('leads to the part of a page', () => {
    expect(run(here('owner'), 'Invite a member')).toEqual(['go', '/o/acme/members', 'invite']);
    expect(run(here('owner', { project: shop }), 'Import a .env')).toEqual(['go', '/o/acme/projects/shop/settings/variables', 'import']);
  });

  it('is for operators alone what the platform is about', () => {
    const nodes = [
      { id: '1', name: 'node-1', state: 'ready' },
      { id: '2', name: 'node-2', state: 'draining' },
    ] as Schemas['Node'][];
    const user = (operator: boolean) => ({ operator }) as Schemas['User'];
    const names = namesOf(here('viewer', { user: user(true), nodes }));
    expect(names).toEqual(
      expect.arrayContaining(['River UI', 'Queue', 'Drain node-1', 'Cordon node-1', 'Make node-2 ready', 'Nodes › node-2']),
    );
    expect(run(here('viewer', { user: user(true), nodes }), 'Drain node-1')?.[1]).toMatchObject({ to: 'node state', state: 'draining' });

    const others = namesOf(here('owner', { user: user(false), nodes }));
    for (const name of ['River UI', 'Queue', 'Drain node-1']) expect(others).not.toContain(name);
  });

  it('names no command twice by its id', () => {
    const at = here('owner', {
      project: shop,
      projects: [shop, project('blog')],
      deployment: deployment(action('restart')),
      user: { operator: true } as Schemas['User'],
    });
    const ids = all(at).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('works where there is no organisation', () => {
    const at: Here = { organisations: [], projects: [], isShown: false, nodes: [] };
    expect(namesOf(at)).toEqual(
      expect.arrayContaining(['Account and sessions', 'The documentation', 'The API', 'Sign out', 'New organisation']),
    );
  });
});
