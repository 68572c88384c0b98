import type { Page } from 'playwright-core';
import { connect, createProject, type Named } from './github.ts';
import { choose, decline } from './palette.ts';
import { type Walk, walk } from './walk.ts';

// Somebody follows deployments: one whose build fails, one that goes live, one that is cancelled; and reads a log of 100,000 lines.
export default walk(async (w) => {
  const { page } = w;
  await w.signIn();
  const organisation = await w.organisation();
  await connect(w, organisation);
  const projectOf = (name: string) => createProject<Named>(w, organisation, name);
  const pageOf = async (project: Named) =>
    `/o/${organisation.slug}/projects/${project.slug}/deployments/${await newestDeployment(w, project)}`;

  const [shop, broken] = [await projectOf('shop'), await projectOf('broken')];

  // The failure first, with the step of the build that failed open.
  const failing = await pageOf(broken);
  await w.open(failing);
  const why = page.getByRole('region', { name: 'Why it failed' });
  await why
    .getByText(/exit code 3/)
    .first()
    .waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Redeploy' }).waitFor();
  w.expect(
    (await page
      .getByRole('button', { name: /RUN echo one.*failed/ })
      .first()
      .getAttribute('aria-expanded')) === 'true',
    'the step that failed is open',
  );
  w.expect((await page.getByText('did not run').count()) > 0, 'steps that did not run are shown as such');
  await w.look('deployment-failed');

  // A search looks through the whole log, and a line has an address that survives a reload.
  const log = page.getByRole('region', { name: 'Build log', exact: true }).last();
  await page.getByRole('searchbox', { name: 'Search the whole log' }).fill('/this is r.d/ -nowhere');
  await page
    .getByText(/\d+ found/)
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  const found = log.locator('mark').first();
  await found.waitFor();
  await log
    .getByRole('link', { name: /Link to line/ })
    .nth(1)
    .click();
  const hash = new URL(page.url()).hash;
  w.expect(/^#L\d+$/.test(hash), `a click on a number puts the line into the address: ${hash}`);
  await page.reload();
  await log.getByRole('link', { name: `Link to line ${hash.slice(2)}`, exact: true }).waitFor();

  // /deployments/ID, to which commit statuses lead, ends here, too.
  await w.open(`/deployments/${failing.split('/').at(-1)}`);
  await page.waitForURL(`**${failing}`);

  // One that goes live: each step of the chain is done.
  await w.open(await pageOf(shop));
  await page.getByRole('heading', { level: 1 }).getByText('Live').waitFor({ timeout: 120_000 });
  const steps = page.getByRole('region', { name: 'Steps' }).getByRole('listitem');
  w.expect((await steps.filter({ hasText: 'done' }).count()) === 7, 'all seven steps are done');
  await page.getByRole('region', { name: 'Instances' }).getByText('Healthy').waitFor();
  await w.look('deployment-live');

  // Redeploying says what it does, and leads to the new deployment.
  const live = page.url();
  await w.click('button', 'Redeploy');
  const dialog = page.getByRole('dialog', { name: 'Deploy this commit again?' });
  await dialog.getByText('with the settings and variables of today').waitFor();
  await w.look('deployment-redeploy');
  await dialog.getByRole('button', { name: 'Redeploy' }).click();
  await page.waitForURL((url) => url.href !== live && url.pathname.includes('/deployments/'));
  await page.getByRole('heading', { level: 1 }).getByText('Live').waitFor({ timeout: 60_000 });

  // One that builds for long is cancelled.
  await w.open(await pageOf(await projectOf('slow')));
  const cancel = page.getByRole('button', { name: 'Cancel', exact: true });
  await cancel.waitFor();
  await choose(w, 'Cancel this deployment');
  await decline(w, 'Cancel this deployment?', 'its build stops');
  await cancel.click();
  await page.getByRole('dialog', { name: 'Cancel this deployment?' }).getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('heading', { level: 1 }).getByText('Cancelled').waitFor();

  // What is not possible says why.
  await w.click('button', 'More actions');
  await page.getByRole('menuitem', { name: /Restart.*not live/ }).waitFor();
  await page.keyboard.press('Escape');

  await measure(w, page);
  await followed(w, page);

  await w.open('/components/log?of=hostile');
  await page.getByText('<img src=x').waitFor();
  w.expect((await page.title()) !== 'broken' && (await page.locator('section img').count()) === 0, 'what a log holds stays text');
  await w.look('log-hostile');
  await w.open('/components/log?of=lost');
  await page.getByText('The connection was lost behind line 60').waitFor();
  await w.look('log-lost');
  await w.open('/components/deployment');
  await page.getByText("Number 3 of 5 in your organisation's builds.").waitFor();
  await w.look('deployment-samples');
});

/** newestDeployment waits for the first deployment of a project, which its first look at the repository makes. */
async function newestDeployment(w: Walk, project: Named): Promise<string> {
  for (let tries = 0; tries < 300; tries++) {
    const { items } = await w.call<{ items: { id: string }[] }>('GET', `/v1/projects/${project.id}/deployments`);
    if (items[0]) return items[0].id;
    await w.page.waitForTimeout(200);
  }
  throw new Error(`nothing of ${project.slug} was deployed`);
}

/** followed scrolls up in a log that grows, which stops it from being followed, and goes back to its end. */
async function followed(w: Walk, page: Page): Promise<void> {
  await w.open('/components/log?of=growing');
  const log = page.getByRole('region', { name: 'Build log' });
  const toEnd = () => log.evaluate((each) => each.scrollHeight - each.scrollTop - each.clientHeight);
  // Lines that have just come are drawn before the log is scrolled to them. One that is not followed gets further from its end with each of them.
  const isAtEnd = async (sentence: string) => {
    for (let tries = 0; (await toEnd()) >= 50; tries++) {
      w.expect(tries < 50, sentence);
      await page.waitForTimeout(100);
    }
  };
  await page.getByText('built module 60').waitFor();
  await isAtEnd('a log that grows is followed');

  await log.hover();
  const back = page.getByRole('button', { name: /\d+ new lines?/ });
  // A busy machine may draw the next lines before it has seen the wheel turn: a person turns it again.
  for (let turns = 0; turns < 20 && !(await back.isVisible()); turns++) {
    await page.mouse.wheel(0, -300);
    await page.waitForTimeout(250);
  }
  await back.waitFor();
  await page.getByRole('button', { name: /[2-9]\d new lines/ }).waitFor();
  w.expect((await toEnd()) > 300, 'new lines do not move what somebody reads');
  await back.click();
  await back.waitFor({ state: 'detached' });
  await isAtEnd('the button leads to the end');
  const height = () => log.evaluate((each) => each.scrollHeight);
  const before = await height();
  for (let tries = 0; (await height()) < before + 500; tries++) {
    w.expect(tries < 200, 'the log grows on');
    await page.waitForTimeout(50);
  }
  await isAtEnd('following goes on at the end');
}

/** measure scrolls through a log of 100,000 lines and searches it. */
async function measure(w: Walk, page: Page): Promise<void> {
  await w.open('/components/log?of=large');
  await page.getByRole('button', { name: 'Unfold all' }).click();
  const fps = await page.getByRole('region', { name: 'Build log' }).evaluate(async (log) => {
    log.scrollTop = 0;
    await new Promise(requestAnimationFrame);
    const begin = performance.now();
    let frames = 0;
    for (let now = begin; now < begin + 2_000; now = performance.now()) {
      log.scrollTop += 60;
      await new Promise(requestAnimationFrame);
      frames++;
    }
    return (frames * 1_000) / (performance.now() - begin);
  });
  w.figure('log_fps', Math.round(fps));

  const begin = Date.now();
  await page.getByRole('searchbox', { name: 'Search the whole log' }).fill('needle');
  await page
    .getByText(/\d+ found/)
    .first()
    .waitFor();
  w.figure('log_search_ms', Date.now() - begin);
  await page.keyboard.press('Enter');
  await page.locator('mark').first().waitFor();
}
