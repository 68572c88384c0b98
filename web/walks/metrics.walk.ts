import type { Locator, Request } from 'playwright-core';
import type { Schemas } from '../src/api/client.ts';
import { type Walk, walk } from './walk.ts';

type Measures = Schemas['Measures'];

const minutes = 60;
const gap = { from: 20, to: 30 };

// Somebody who looks how a project does: before it was ever live, then with numbers, of which the platform of the walk would have some only after minutes.
export default walk(async (w) => {
  const { page } = w;
  await w.signIn();
  const organisation = await w.call<{ id: string; slug: string }>('POST', '/v1/organisations', { name: 'Metrics' });
  const project = await w.call<{ id: string; slug: string }>('POST', '/v1/projects', {
    organisation_id: organisation.id,
    name: 'measured',
    repository_url: 'https://git.example.com/walk/measured.git',
    auto_deploy: false,
  });
  const metrics = `/o/${organisation.slug}/projects/${project.slug}/metrics`;

  // The platform's own answer: nothing was ever live.
  await w.open(metrics);
  await page.getByText('Nothing to measure yet').waitFor();
  await w.look('metrics-nothing-yet');

  const asked: URL[] = [];
  let answer: (asked: URL) => Measures = made;
  await page.route(`**/v1/projects/${project.id}/measures*`, (route, request: Request) => {
    asked.push(new URL(request.url()));
    return route.fulfill({ json: answer(new URL(request.url())) });
  });

  await page.reload();
  const requests = page.getByRole('img', { name: /^Requests: 2,500 in the last hour, 50 of them failed\.$/ });
  await requests.waitFor();
  await page.getByRole('img', { name: /^Memory in the last hour: Average 96 MiB last, .* limit 256 MiB\.$/ }).waitFor();
  w.expect(await hasGap(page.getByRole('img', { name: /^Processor/ })), 'what was not measured is a gap in the graph');
  await w.look('metrics');

  await marks(w);
  await keyboard(w, requests);
  await theme(w, requests);

  // Numbers for who does not see the graph.
  await w.click('button', 'Show as table: Requests');
  await page
    .getByRole('row', { name: /48\/min/ })
    .first()
    .waitFor();
  await w.look('metrics-table');
  await w.click('button', 'Show as graph: Requests');

  // A part is dragged out; the address holds it, and there is a way back.
  const over = requests.locator('.u-over');
  await over.hover({ position: { x: 200, y: 80 } });
  await page.mouse.down();
  await over.hover({ position: { x: 500, y: 80 } });
  await page.mouse.up();
  await page.waitForURL(/from=\d+&to=\d+/);
  await page.getByRole('img', { name: /^Requests: .* from .* to / }).waitFor();
  const zoomed = asked.at(-1)?.searchParams;
  const length = Date.parse(zoomed?.get('to') ?? '') - Date.parse(zoomed?.get('from') ?? '');
  w.expect(length > 5 * 60_000 && length < 40 * 60_000, `a part of the hour is asked for, not ${length} ms`);
  await w.click('button', 'Back to the last 1 h');
  await requests.waitFor();
  w.expect(!page.url().includes('from='), 'the way back leaves the part');

  // A filter and a range stand in the address and in the question.
  await page.getByRole('combobox', { name: 'Environment' }).click();
  await page.getByRole('option', { name: 'production' }).click();
  await page.waitForURL(/environment=production/);
  answer = (url) => ({ ...nothing(url), deployments: made(url).deployments });
  await w.click('button', '7 d');
  await page.getByText('No requests in the last 7 days').first().waitFor();
  const last = asked.at(-1)?.searchParams;
  w.expect(Boolean(last?.get('environment_id')), 'the environment is asked for');
  w.expect(Date.now() - Date.parse(last?.get('from') ?? '') > 6 * 86_400_000, 'a week is asked for');
  await w.look('metrics-no-requests');
});

/** marks: the keyboard reaches where a deployment went live, and says which. */
async function marks({ page, expect }: Walk): Promise<void> {
  const mark = page.getByRole('link', { name: /^Deployment 4f1a2b3$/ });
  await mark.focus();
  await page.getByText('4f1a2b3 went live').waitFor();
  expect(/\/deployments\/0193756a-/.test((await mark.getAttribute('href')) ?? ''), 'a mark leads to its deployment');
}

/** keyboard: one cursor goes through all graphs. */
async function keyboard({ page, expect }: Walk, requests: Locator): Promise<void> {
  await requests.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  const lines = page.locator('.u-cursor-x');
  const places = await lines.evaluateAll((each) =>
    each.map((line) => line.getBoundingClientRect().left > 0 && !line.classList.contains('u-off')),
  );
  expect(places.length === 6 && places.every(Boolean), 'the crosshair stands in all six graphs');
  expect((await page.getByText(/^Latest, /).count()) === 0, 'the readouts show the point at the crosshair');
  await page.keyboard.press('Escape');
  await page
    .getByText(/^Latest, /)
    .first()
    .waitFor();
}

/** theme: the graph is drawn again with the colours of the system's other theme. */
async function theme({ page }: Walk, requests: Locator): Promise<void> {
  const light = await requests.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForFunction((before) => document.querySelector<HTMLCanvasElement>('[role=img] canvas')?.toDataURL() !== before, light);
  await page.emulateMedia({ colorScheme: null });
}

/** hasGap tells whether less is drawn in the middle of the gap than where all was measured. */
function hasGap(graph: Locator): Promise<boolean> {
  return graph.locator('canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const inked = (share: number) => {
      const column = canvas.getContext('2d')?.getImageData(Math.round(canvas.width * share), 0, 1, canvas.height).data ?? [];
      return column.filter((part, index) => index % 4 === 3 && part > 0).length;
    };
    return inked(0.49) < inked(0.8) / 2;
  });
}

function series<Value>(times: number[], value: (point: number) => Value): (Value | null)[] {
  return times.map((_, point) => (point >= gap.from && point < gap.to ? null : value(point)));
}

/** made is an answer with numbers, with a gap of ten minutes, and with a deployment that went live. */
function made(asked: URL): Measures {
  const empty = nothing(asked);
  const { times } = empty;

  return {
    ...empty,
    requests: {
      ...empty.requests,
      successful: series(times, () => 48),
      client_errors: series(times, () => 1),
      server_errors: series(times, () => 1),
    },
    latency: { p50: series(times, () => 12.5), p95: series(times, () => 90), p99: series(times, (point) => 400 + 20 * point) },
    network: { ...empty.network, received_bytes: series(times, () => 3_000_000), sent_bytes: series(times, (point) => 100_000 * point) },
    instances: {
      count: series(times, () => 2),
      cpu_millis: series(times, (point) => 200 + 2 * point),
      memory_mean_bytes: series(times, () => 96 * 2 ** 20),
      memory_max_bytes: series(times, (point) => (100 + point) * 2 ** 20),
      restarts: series(times, (point) => (point === 40 ? 1 : 0)),
    },
    limits: { cpu_millis: 500, memory_bytes: 256 * 2 ** 20 },
    deployments: [
      {
        id: '0193756a-0000-7000-8000-000000000001',
        environment_id: '0193756a-0000-7000-8000-000000000002',
        live_at: new Date(((times[35] ?? 0) + 20) * 1000).toISOString(),
        state: 'live',
        commit_sha: '4f1a2b3c4d5e60718293a4b5c6d7e8f901234567',
      },
    ],
  };
}

/** nothing is an answer for the range that was asked for, in which nothing happened. */
function nothing(asked: URL): Measures {
  const from = Date.parse(asked.searchParams.get('from') ?? '');
  const to = Date.parse(asked.searchParams.get('to') ?? '') || Date.now();
  const step = Math.max(1, Math.round((to - from) / minutes / 1000));
  const times = Array.from({ length: minutes }, (_, point) => Math.floor(from / 1000) + point * step);
  const zeros = () => times.map(() => 0);
  const gaps = () => times.map(() => null);

  return {
    from: new Date((times[0] ?? 0) * 1000).toISOString(),
    to: new Date(to).toISOString(),
    step_seconds: step,
    times,
    requests: {
      informational: zeros(),
      successful: zeros(),
      redirected: zeros(),
      client_errors: zeros(),
      server_errors: zeros(),
      aborted: zeros(),
    },
    latency: { p50: gaps(), p95: gaps(), p99: gaps() },
    network: { bytes_in: zeros(), bytes_out: zeros(), received_bytes: gaps(), sent_bytes: gaps() },
    in_flight: zeros(),
    instances: { count: gaps(), cpu_millis: gaps(), memory_mean_bytes: gaps(), memory_max_bytes: gaps(), restarts: gaps() },
    deployments: [],
  };
}
