import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TransformContext } from 'vitepress';

/**
 * withoutInline makes files of the scripts that VitePress writes into pages, and leaves out its style attributes, which the style sheet and the program
 * of the page set as well: the policy of the pages takes scripts and styles from files alone.
 */
export async function withoutInline(html: string, _file: string, { siteConfig }: TransformContext): Promise<string> {
  const folder = join(siteConfig.outDir, siteConfig.assetsDir);
  await mkdir(folder, { recursive: true });
  let page = html.replace(/ style="(?:--vp-vh:0px|position:relative);"/g, '');
  const left = / style="[^"]*"/.exec(page);
  if (left) throw new Error(`A page has the style attribute${left[0]}, which the policy of the pages refuses: give the style sheet a class for it.`);
  for (const [whole, attributes, script] of html.matchAll(/<script(?![^>]*\ssrc=)([^>]*)>(.+?)<\/script>/gs)) {
    const name = `inline.${createHash('sha256').update(script).digest('hex').slice(0, 12)}.js`;
    await writeFile(join(folder, name), script);
    page = page.replace(whole, `<script${attributes} src="${siteConfig.site.base}${siteConfig.assetsDir}/${name}"></script>`);
  }
  return page;
}
