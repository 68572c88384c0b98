import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';
import { address } from './addresses.ts';

const repository = 'https://github.com/zeitwork/zeitwork/blob/main/';
const root = new URL('../../../', import.meta.url).pathname;

/** links leads relative links, which GitHub follows as files, to the page that the file becomes, or to GitHub for a file that is no page. The API's description is pages here. */
export function links(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('zeitwork-links', (state) => {
    const file = (state.env as MarkdownEnv & { realPath?: string }).realPath ?? (state.env as MarkdownEnv).path;
    for (const token of state.tokens.flatMap((each) => each.children ?? [])) {
      if (token.type === 'link_open') token.attrSet('href', target(String(token.attrGet('href')), file));
    }
  });
}

function target(href: string, file: string): string {
  if (/^([a-z]+:|\/|#)/.test(href)) return href;
  const [path, hash = ''] = href.split(/(?=#)/);
  const inRepository = normalize(join(dirname(file), path)).slice(root.length);
  if (!existsSync(root + inRepository)) throw new Error(`${file} links to ${href}, which is not there.`);
  if (inRepository === 'api/openapi.yaml') return '/reference/api/';
  if (!inRepository.startsWith('docs/') || !inRepository.endsWith('.md')) return repository + inRepository + hash;
  return `/${address(inRepository.slice('docs/'.length)).replace(/(^|(?<=\/))index\.md$/, '').replace(/\.md$/, '')}${hash}`;
}
