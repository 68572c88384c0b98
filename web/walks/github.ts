import type { Walk } from './walk.ts';

/** Named is what has an id, and a slug in addresses. */
export type Named = { id: string; slug: string };

/** connect installs the platform's App for the account of the walk, and ties it to the organisation. */
export async function connect(w: Walk, organisation: Named): Promise<void> {
  const { page } = w;
  const { url } = await w.call<{ url: string }>('POST', `/v1/organisations/${organisation.id}/github/connections`, {});
  await page.goto(url);
  await page.getByRole('button', { name: /Install the GitHub App/ }).click();
  await install(w);
  await page.getByText(`${w.world.account} is connected`).first().waitFor();
}

/** install answers GitHub's pages on the way: what the App is installed on, and who it is. */
export async function install({ page, world }: Walk): Promise<void> {
  await page.getByLabel('Who you are').selectOption(world.user);
  await page.getByLabel('Install on').selectOption(world.account);
  await page.getByRole('button', { name: 'Install', exact: true }).click();
  await page.getByLabel('Who you are').selectOption(world.user);
  await page.getByRole('button', { name: 'Authorize' }).click();
}

/** createProject makes a project of a repository of the walk's account. */
export async function createProject<Project extends Named>(w: Walk, organisation: Named, name: string, more = {}): Promise<Project> {
  const { items } = await w.call<{ items: { id: number; full_name: string }[] }>(
    'GET',
    `/v1/organisations/${organisation.id}/github/repositories?search=${name}`,
  );
  const repository = items.find((each) => each.full_name === `${w.world.account}/${name}`);
  if (!repository) throw new Error(`the account has no repository ${name}`);
  const body = { organisation_id: organisation.id, name, github_repository_id: repository.id, ...more };
  return w.call<Project>('POST', '/v1/projects', body);
}

type Pushed = { branch?: string; path: string; content: string; message: string };

/** push commits a file to a repository of the walk's account. */
export async function push({ api, world }: Walk, repository: string, { branch = 'main', ...file }: Pushed): Promise<void> {
  const answer = await api.post(`${world.github}/${world.account}/${repository}/commits`, {
    form: { login: world.user, branch, ...file },
  });
  if (!answer.ok()) throw new Error(`push to ${repository}: ${answer.status()} ${await answer.text()}`);
}
