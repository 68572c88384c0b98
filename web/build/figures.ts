// Reads what the walks print, passes it on, and ends with one line of their figures: the sum of violations, and of all others the largest.
import { createInterface } from 'node:readline';

const figures = new Map<string, number>();

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${line}\n`);
  const [, name, value] = /figure (\w+)=([\d.]+)/.exec(line) ?? [];
  if (!name || !value) continue;

  const before = figures.get(name);
  figures.set(name, name === 'axe_violations' ? (before ?? 0) + Number(value) : Math.max(before ?? 0, Number(value)));
}

const order = ['js_kb', 'lcp_ms', 'deploy_clicks', 'log_fps', 'log_search_ms', 'axe_violations'];
process.stdout.write(`${order.map((name) => `${name}=${figures.get(name) ?? 'missing'}`).join(' ')}\n`);
process.exit(order.every((name) => figures.has(name)) ? 0 : 1);
