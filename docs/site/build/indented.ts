import type { MarkdownRenderer } from 'vitepress';

/** indented gives blocks of code that are marked by their indentation the look of fenced ones, which scroll where a line is wider than the page. */
export function indented(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('zeitwork-indented', (state) => {
    for (const token of state.tokens) {
      if (token.type !== 'code_block') continue;
      token.type = 'fence';
      token.info = 'text';
    }
  });
}
