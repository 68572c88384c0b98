import { createCssVariablesTheme } from 'shiki';
import type { MarkdownOptions } from 'vitepress';

/**
 * highlighting colours code by classes: the policy of the pages takes no style attribute. The theme's colours are variables, which the style sheet
 * gives a value for either theme.
 */
export const highlighting: Pick<MarkdownOptions, 'theme' | 'codeTransformers' | 'defaultHighlightLang'> = {
  theme: createCssVariablesTheme({ name: 'zeitwork', variablePrefix: '--code-' }),
  defaultHighlightLang: 'sh',
  codeTransformers: [
    {
      name: 'zeitwork-classes',
      pre: (node) => void delete node.properties.style,
      span(node) {
        const variable = /--code-([a-z-]+)/.exec(String(node.properties.style ?? ''));
        delete node.properties.style;
        if (variable) this.addClassToHast(node, `code-${variable[1]}`);
      },
    },
  ],
};
