import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { APIRequestContext, Browser, BrowserContext, Page, Request } from 'playwright-core';

/** World is what a walk finds: a platform, and a user of its own on the GitHub that stands in for the real one. */
export type World = {
  /** url is where the platform is, such as http://127.0.0.1:8000. */
  url: string;
  /** github is where the GitHub is that the platform asks. */
  github: string;
  /** user is a login at that GitHub; nobody has signed in with it yet. */
  user: string;
  /** other is the login of somebody else there, who has not signed in either. */
  other: string;
  /** account is an organization there that the user owns, with the repositories `shop` (a Node app), `broken` (its build fails) and `slow` (its
   * build takes two minutes) and `site` (it answers with what stands in site.txt). */
  account: string;
  /** pull is the title of a pull request to `site`, from a fork of the other one's, with which it answers `painted`. */
  pull: string;
  /** operatorToken is an API token of an operator, for what a user cannot prepare. */
  operatorToken: string;
  /** dns changes what the platform finds in the DNS: ?name=NAME&record=RECORD puts records, written as in a zone, in the place of all that a name has. */
  dns: string;
  /** code signs the first operator of a platform in that has no GitHub App yet; the walk of the first run alone has one. */
  code?: string;
};

type AxeNode = Awaited<ReturnType<AxeBuilder['analyze']>>['violations'][number]['nodes'][number];

const widths = { phone: 360, laptop: 1280, wide: 1920 };
const height = 800;
const isStream = (request: Request) => request.headers().accept?.includes('text/event-stream') ?? false;
/** highest is how high a picture is at most. */
const highest = 4_000;

/** Walk is one browser that goes through the dashboard as a person would. */
export class Walk {
  readonly world: World;
  readonly context: BrowserContext;
  readonly page: Page;
  /** violations are what axe has found on the pages that were looked at. */
  violations = 0;
  readonly problems: string[] = [];
  /** openStreams are the streams of events that the watched pages have open. */
  private readonly openStreams = new Map<Page, Set<Request>>();
  private clicks = 0;

  constructor(world: World, context: BrowserContext, page: Page) {
    this.world = world;
    this.context = context;
    this.page = page;
    this.watch(page);
  }

  static async begin(browser: Browser, world: World): Promise<Walk> {
    const context = await browser.newContext({ viewport: { width: widths.laptop, height }, reducedMotion: 'reduce' });
    context.setDefaultTimeout(20_000);
    return new Walk(world, context, await context.newPage());
  }

  /** watch has what a page complains of fail the walk: errors of its program, and what its policy has refused. So does a second stream at once. */
  watch(page: Page): void {
    this.countStreams(page);
    page.on('pageerror', (error) => this.problems.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      // Chromium itself reports every answer that is no success; a walk says what it expects by what it looks for.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.problems.push(`${page.url()}: ${message.text()}`);
    });
  }

  /** oneStream waits until the page follows a stream, and fails the walk where there are more. */
  async oneStream(): Promise<void> {
    const open = this.openStreams.get(this.page) ?? new Set();
    if (open.size === 0) await this.page.waitForRequest(isStream);
    this.expect(open.size === 1, `the page has ${open.size} streams open in place of one`);
  }

  private countStreams(page: Page): void {
    const open = new Set<Request>();
    this.openStreams.set(page, open);
    let leaving = false;
    page.on('framenavigated', (frame) => {
      if (!leaving || frame !== page.mainFrame()) return;
      // Another document has none of the connections of the one before, whose end Chromium does not always tell.
      leaving = false;
      open.clear();
    });
    page.on('request', (request) => {
      leaving ||= request.isNavigationRequest() && request.frame() === page.mainFrame();
      if (!isStream(request)) return;
      const before = [...open];
      open.add(request);
      // Chromium tells later that the page has ended a connection, on a busy machine by seconds.
      setTimeout(() => {
        for (const each of before) if (open.has(each)) this.problems.push(`${page.url()}: beside another stream it has kept ${each.url()}`);
      }, 5_000).unref();
    });
    const end = (request: Request) => void open.delete(request);
    page.on('requestfinished', end);
    page.on('requestfailed', end);
  }

  /** click clicks on the one element with a role and a name, and counts it. */
  async click(role: Parameters<Page['getByRole']>[0], name: string | RegExp): Promise<void> {
    await this.page.getByRole(role, { name }).click();
    this.clicks++;
  }

  /** pressOn goes to the element with a role and a name by Tab alone, and presses Enter on it. */
  async pressOn(role: Parameters<Page['getByRole']>[0], name: string): Promise<void> {
    const wanted = this.page.getByRole(role, { name, exact: true });
    const most = 50;
    for (let presses = 0; presses < most; presses++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return this.page.keyboard.press('Enter');
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not lead to the ${role} ${name}`);
  }

  /** clicksSoFar is how often click was called. */
  get clicksSoFar(): number {
    return this.clicks;
  }

  /** open goes to an address of the dashboard, such as /o/local. */
  async open(path: string): Promise<void> {
    await this.page.goto(this.world.url + path);
  }

  /** signIn signs in with GitHub, from whatever page sends the browser to sign in. */
  async signIn(path = '/'): Promise<void> {
    await this.open(path);
    await this.page.waitForURL(/\/sign-in/);
    await this.click('button', 'Sign in with GitHub');
    await this.page.getByLabel('Who you are').selectOption(this.world.user);
    await this.click('button', 'Authorize');
    await this.page.waitForURL((url) => url.origin === this.world.url && !url.pathname.startsWith('/sign-in'));
  }

  /** another signs in as somebody else, in a browser of their own. */
  async another(login: string): Promise<Walk> {
    const browser = this.context.browser();
    if (!browser) throw new Error('the browser has ended');

    const walk = await Walk.begin(browser, { ...this.world, user: login });
    await walk.signIn();
    return walk;
  }

  /** api sends requests in the browser's session. */
  get api(): APIRequestContext {
    return this.context.request;
  }

  /** call sends a request to /v1 in the browser's session and returns its answer, which must be a success. */
  async call<T>(method: string, path: string, body?: unknown, token?: string): Promise<T> {
    const answer = await this.api.fetch(this.world.url + path, {
      method,
      data: body,
      ...(token ? { headers: { Authorization: `Bearer ${token}` } } : {}),
    });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return (answer.status() === 204 ? undefined : await answer.json()) as T;
  }

  /** organisation is the first organisation of the user, which each gets who signs in. */
  async organisation(): Promise<{ id: string; slug: string }> {
    const { items } = await this.call<{ items: { id: string; slug: string }[] }>('GET', '/v1/organisations');
    const [first] = items;
    if (!first) throw new Error('the user is a member of no organisation');
    return first;
  }

  /** deleteProjects deletes all projects that the user can delete, unless the walk has ended the session. */
  async deleteProjects(): Promise<void> {
    const list = async (path: string) => {
      const answer = await this.api.get(this.world.url + path);
      return answer.ok() ? ((await answer.json()) as { items: { id: string; role?: string }[] }).items : [];
    };

    for (const organisation of await list('/v1/organisations')) {
      if (organisation.role !== 'owner') continue;
      for (const { id } of await list(`/v1/projects?organisation_id=${organisation.id}`))
        await this.call('DELETE', `/v1/projects/${id}?for_good=true`);
    }
  }

  /** look has axe read the page as it is now, and photographs it where pictures are wanted: in both themes and three widths. */
  async look(name: string): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze();

    for (const violation of violations) {
      const nodes = violation.nodes.filter((node) => !isLineBelowHeading(node));
      if (nodes.length === 0) continue;
      this.violations++;
      const where = nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary ?? ''}`).join('; ');
      this.problems.push(`axe, ${name}: ${violation.help} (${where})`);
    }

    await this.checkWidth(name);
    await this.photographAs(name);
  }

  /** photographAs photographs the page as it is now where pictures are wanted: in both themes and three widths. */
  async photographAs(name: string): Promise<void> {
    const folder = process.env.WALK_PICTURES;
    if (folder) await this.photograph(folder, name);
  }

  /** expect fails the walk with a sentence unless something holds. */
  expect(holds: boolean, sentence: string): void {
    if (!holds) throw new Error(sentence);
  }

  /** figure prints a number for the benchmark. */
  figure(name: string, value: number): void {
    process.stdout.write(`figure ${name}=${value}\n`);
  }

  /** end fails where a page has complained of something. */
  end(): void {
    if (this.problems.length > 0) throw new Error(this.problems.splice(0).join('\n'));
  }

  /** checkWidth has a problem noted where the page as a whole scrolls sideways on a phone; 640 pixels are a laptop's page at 200 % zoom. */
  private async checkWidth(name: string): Promise<void> {
    const before = this.page.viewportSize();

    for (const width of [widths.phone, 640]) {
      await this.page.setViewportSize({ width, height });
      // What is placed beside something else, such as a menu, follows a moment later.
      const fits = (most: number) => document.documentElement.scrollWidth <= most;
      await this.page.waitForFunction(fits, width, { timeout: 2_000 }).catch(() => undefined);
      const needed = await this.page.evaluate(() => document.documentElement.scrollWidth);
      if (needed > width) this.problems.push(`${name}: it is ${needed} pixels wide on a screen of ${width}`);
    }

    if (before) await this.page.setViewportSize(before);
  }

  /** drawn waits until the page has been drawn as it is now, with what follows its size. */
  private async drawn(): Promise<void> {
    await this.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    // Colours change over a moment, and what inherits one begins when the other has ended.
    await this.page.waitForFunction(() => {
      const passing = document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
      return passing.every((each) => each.playState !== 'running');
    });
  }

  private async photograph(folder: string, name: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    const before = this.page.viewportSize();

    for (const [width, pixels] of Object.entries(widths)) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await this.page.emulateMedia({ colorScheme });
        await this.page.setViewportSize({ width: pixels, height });
        await this.drawn();
        // The whole of it, as on a screen that is high enough: what is fixed to the screen's end stays at the end.
        const needed = await this.page.evaluate(() => document.documentElement.scrollHeight);
        await this.page.setViewportSize({ width: pixels, height: Math.min(Math.max(needed, height), highest) });
        await this.drawn();
        await this.page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), animations: 'disabled' });
      }
    }

    await this.page.emulateMedia({ colorScheme: null });
    if (before) await this.page.setViewportSize(before);
  }
}

/** isLineBelowHeading tells whether axe complains about the link of a log's line that is partly below the heading at the top, and whole after a scroll. */
function isLineBelowHeading({ target, any }: AxeNode): boolean {
  const data = any.map((check) => check.data as { messageKey?: string } | null);
  return target.join(' ').includes('#L') && data.some((each) => each?.messageKey === 'partiallyObscured');
}

/** walk is what a file of walks exports: a way through the dashboard. */
export function walk(way: (walk: Walk) => Promise<void>): (walk: Walk) => Promise<void> {
  return way;
}
