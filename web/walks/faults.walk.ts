import { walk } from './walk.ts';

// What goes wrong around a page: answers that are none, a session that ends, a clock that is wrong, a second tab.
export default walk(async (w) => {
  const { page } = w;
  await w.signIn();
  const { id, slug } = await w.organisation();
  const make = (name: string) =>
    w.call<{ id: string; slug: string }>('POST', '/v1/projects', {
      organisation_id: id,
      name,
      repository_url: 'https://git.example.com/faults.git',
      auto_deploy: false,
    });

  // A project with a name that is everything at once is shown as text.
  const hostile = await make('<img src=x onerror=alert(1)> \u202egnirts');
  await w.open(`/o/${slug}`);
  await page.getByRole('link', { name: hostile.slug, exact: true }).waitFor();
  w.expect((await page.locator('img').count()) === 0, 'a name never becomes HTML');

  // What another tab does shows in this one, without a reload.
  const second = await make('second');
  await page.getByRole('link', { name: second.slug, exact: true }).waitFor();

  await w.oneStream();

  // The platform is away: the page says so, goes on by itself, and has what has changed meanwhile.
  const silence = page.getByText('The platform does not answer.');
  await page.route('**/v1/**', (route) => route.abort());
  // It is what has a page connect anew at once.
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await silence.waitFor();
  await w.look('platform-away');
  const third = await make('third');
  await page.unroute('**/v1/**');
  await page.getByRole('link', { name: third.slug, exact: true }).waitFor();
  await silence.waitFor({ state: 'hidden' });
  await w.oneStream();

  // A stream that breaks in the middle of an event: what has changed meanwhile shows once it is back.
  let streams = 0;
  const changes = '**/v1/streams*';
  const half = { contentType: 'text/event-stream', body: 'event: event\ndata: {"source":0,"event":"changed","data":{"kinds":["proj' };
  await page.route(changes, (route) => {
    streams++;
    return streams > 1 ? route.continue() : route.fulfill(half);
  });
  await page.reload();
  await page.getByRole('link', { name: second.slug, exact: true }).waitFor();
  const fourth = await make('fourth');
  await page.getByRole('link', { name: fourth.slug, exact: true }).waitFor();
  w.expect(streams > 1, 'the stream was asked for again');
  await page.unroute(changes);

  // The platform answers 500, then nothing, then again: each is said, and trying again helps.
  const deployments = `**/v1/projects/${second.id}/deployments*`;
  for (const [answer, title] of [
    [500, 'Something went wrong'],
    [0, 'No connection'],
  ] as const) {
    await page.route(deployments, (route) => (answer ? route.fulfill({ status: answer, body: '<html>' }) : route.abort()));
    await w.open(`/o/${slug}/projects/${second.slug}/deployments`);
    await page.getByText(title).waitFor({ timeout: 30_000 });
    await w.look(`answer-${answer || 'none'}`);
    await page.unroute(deployments);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('No deployment yet').waitFor();
  }

  // The platform asks for a pause: the page waits and goes on by itself.
  let refused = 0;
  await page.route(deployments, (route) => {
    refused++;
    return refused > 1 ? route.continue() : route.fulfill({ status: 429, headers: { 'Retry-After': '1' }, body: '{}' });
  });
  await w.open(`/o/${slug}/projects/${second.slug}/deployments`);
  await page.getByText('No deployment yet').waitFor();
  w.expect(refused > 1, 'the request was sent again');
  await page.unroute(deployments);

  // Ages are right on a machine whose clock is an hour off.
  const other = await w.context.newPage();
  w.watch(other);
  await other.clock.install({ time: Date.now() + 3_600_000 });
  await other.goto(`${w.world.url}/o/${slug}/audit`);
  await other
    .getByText('just now')
    .or(other.getByText(/\d+ (second|minute)s? ago/))
    .first()
    .waitFor();
  w.expect((await other.getByText(/in 1 hour|1 hour ago/).count()) === 0, 'an age is by the clock of the platform');
  await other.close();

  // A session that was ended elsewhere: the page says so and keeps what was typed.
  await w.open(`/o/${slug}/settings`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await w.call('DELETE', '/v1/sessions');
  await page.getByRole('dialog', { name: 'You are signed out' }).waitFor({ timeout: 30_000 });
  await w.look('signed-out');
  await page.getByRole('button', { name: 'Look at the page' }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
});
