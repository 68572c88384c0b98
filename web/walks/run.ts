// Runs one walk: node walks/run.ts walks/home.walk.ts. WALK_WORLD is the World as JSON, CHROMIUM the browser. A walk that fails leaves a picture of its last
// page in WALK_FAILURES. With WALK_CLEANS its projects are deleted behind it: what they run would take the room of what runs after it.
import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { Walk, type World } from './walk.ts';

const [file] = process.argv.slice(2);
const { WALK_WORLD: world, CHROMIUM: executablePath = '/usr/bin/chromium', WALK_FAILURES: failures, WALK_CLEANS: cleans } = process.env;
if (!file || !world) throw new Error('say which walk, and set WALK_WORLD');

const { default: way } = (await import(pathToFileURL(resolve(file)).href)) as { default: (walk: Walk) => Promise<void> };
// Chromium's own sandbox does not run as root; these pages are the project's own.
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });

try {
  const walk = await Walk.begin(browser, JSON.parse(world) as World);

  try {
    await way(walk);
    walk.end();
  } catch (error) {
    process.stderr.write(`at ${walk.page.url()}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    // What the pages complained of before is told as well.
    if (walk.problems.length > 0) process.stderr.write(`before that: ${walk.problems.join('\n')}\n`);
    process.exitCode = 1;

    if (failures) {
      await mkdir(failures, { recursive: true });
      const picture = join(failures, `${basename(file)}.png`);
      await walk.page.screenshot({ path: picture });
      process.stderr.write(`a picture of the page: ${picture}\n`);
    }
  }

  if (cleans) await walk.deleteProjects();
  process.stdout.write(`figure axe_violations=${walk.violations}\n`);
} finally {
  await browser.close();
}
