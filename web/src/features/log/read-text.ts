import { plainOf } from './ansi';
import type { LineRange, LogSource } from './source';

const page = 5_000;

/** readText returns lines of a log as text without colours, whether they were loaded before or not. */
export async function readText(source: LogSource, { first, last }: LineRange): Promise<string> {
  const { signal } = new AbortController();
  const texts: string[] = [];

  for (let from = first; from <= last; from += page) {
    const { lines } = await source.read(from, Math.min(page, last - from + 1), signal);
    for (const line of lines) texts.push(plainOf(line.text));
  }

  return `${texts.join('\n')}\n`;
}
