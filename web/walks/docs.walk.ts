import { walk } from './walk.ts';

const elsewhere = 'a page of the documentation asks for nothing of another host';

// Somebody who is not signed in reads the documentation: all of it comes from the platform, search finds, links lead on, and what is not there is told.
export default walk(async (w) => {
  const { page, world } = w;
  const { host } = new URL(world.url);
  page.on('request', (request) => {
    const { protocol, host: asked } = new URL(request.url());
    w.expect(protocol === 'data:' || asked === host, `${elsewhere}, but ${request.url()}`);
  });

  await page.goto(`${world.url}/docs/`);
  await page.getByRole('main').getByRole('link', { name: 'Start in five minutes' }).click();
  await page.getByRole('heading', { name: 'Start in five minutes', level: 1 }).waitFor();

  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox').fill('wildcard certificate');
  await page.getByRole('option').filter({ hasText: 'Domains' }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/docs/domains#certificates');
  await page.getByRole('heading', { name: 'Certificates' }).waitFor();

  // What an address names is there when it is opened by itself, too.
  for (const [path, heading] of [
    ['guides/rails', 'Rails'],
    ['reference/cli', 'Command line'],
    ['reference/api/projects', 'Projects'],
    ['operations', 'Operations'],
  ]) {
    await page.goto(`${world.url}/docs/${path}`);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      w.expect(beyond <= 0, `${path} is ${beyond} pixels wider than a window of ${width}`);
    }
  }

  const missing = await page.goto(`${world.url}/docs/nothing/here`);
  w.expect(missing?.status() === 404, 'a page that is not there has the status 404');
  await page.getByText('There is no such page').waitFor();
});
