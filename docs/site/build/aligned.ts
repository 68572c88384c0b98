import type { MarkdownRenderer } from 'vitepress';

/** aligned gives cells of tables that Markdown aligns a class in the place of a style attribute, which the policy of the pages refuses. */
export function aligned(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('zeitwork-aligned', (state) => {
    for (const token of state.tokens) {
      const align = /^text-align:(\w+)$/.exec(String(token.attrGet('style') ?? ''));
      if (!align) continue;
      token.attrs = (token.attrs ?? []).filter(([name]) => name !== 'style');
      token.attrSet('class', `align-${align[1]}`);
    }
  });
}
