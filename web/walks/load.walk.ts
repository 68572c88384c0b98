import { walk } from './walk.ts';

declare global {
  interface Window {
    largestPaint: number;
  }
}

// What the first look at a project's page loads, and how long it takes until its largest part is there.
export default walk(async (w) => {
  await w.signIn();
  const { id, slug } = await w.organisation();
  const project = await w.call<{ slug: string }>('POST', '/v1/projects', {
    organisation_id: id,
    name: 'load',
    repository_url: 'https://git.example.com/load.git',
    auto_deploy: false,
  });

  // A page of the same session whose cache is empty.
  const session = await w.context.newCDPSession(w.page);
  await session.send('Network.clearBrowserCache');
  await w.page.addInitScript(() => {
    window.largestPaint = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.largestPaint = entry.startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
  });
  await w.open(`/o/${slug}/projects/${project.slug}`);
  await w.page.getByRole('heading', { name: 'Overview' }).waitFor();
  await w.page.waitForLoadState('load');

  const { scripts, painted } = await w.page.evaluate(() => {
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    return {
      scripts: entries.filter((entry) => entry.name.endsWith('.js')).reduce((sum, entry) => sum + entry.encodedBodySize, 0),
      painted: window.largestPaint,
    };
  });

  w.figure('js_kb', Math.round(scripts / 100) / 10);
  w.figure('lcp_ms', Math.round(painted));
});
