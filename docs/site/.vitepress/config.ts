import { createRequire } from 'node:module';
import { defineConfig } from 'vitepress';
import { aligned } from '../build/aligned.ts';
import { compress } from '../build/compress.ts';
import { githubSlug } from '../build/github-slug.ts';
import { indented } from '../build/indented.ts';
import { links } from '../build/links.ts';
import { highlighting } from '../build/highlighting.ts';
import { withoutInline } from '../build/without-inline.ts';
import { address } from '../build/addresses.ts';
import { sidebar } from './sidebar.ts';

const packaged = (name: string) => createRequire(import.meta.url).resolve(name);

export default defineConfig({
  title: 'Zeitwork',
  description: 'Deploy to servers of your own: a git push becomes a URL that answers.',
  lang: 'en',
  base: '/docs/',
  srcDir: '..',
  srcExclude: ['site/README.md', 'site/node_modules/**', 'site/dist/**'],
  outDir: 'dist',
  cacheDir: 'node_modules/.vitepress',
  cleanUrls: true,
  metaChunk: true,
  rewrites: address,
  head: [['link', { rel: 'icon', href: '/docs/icon.svg', type: 'image/svg+xml' }]],
  markdown: {
    anchor: { slugify: githubSlug },
    ...highlighting,
    config: (markdown) => void markdown.use(links).use(aligned).use(indented),
  },
  themeConfig: {
    logo: '/icon.svg',
    siteTitle: 'Zeitwork',
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Run your own', link: '/run-your-own' },
      { text: 'CLI', link: '/reference/cli' },
      { text: 'API', link: '/reference/api/' },
    ],
    sidebar,
    outline: { level: [2, 3] },
    search: { provider: 'local', options: { detailedView: true } },
    docFooter: { prev: 'Before', next: 'Next' },
    notFound: { title: 'There is no such page', quote: 'The address may be of an older version. Search finds what there is.', linkText: 'To the start', linkLabel: 'To the start' },
    externalLinkIcon: true,
  },
  // Pages stand beside the folder that has the packages.
  vite: {
    publicDir: new URL('../public', import.meta.url).pathname,
    resolve: {
      alias: [
        { find: 'vue/server-renderer', replacement: packaged('vue/server-renderer') },
        { find: /^vue$/, replacement: packaged('vue/dist/vue.runtime.esm-bundler.js') },
      ],
    },
    build: { assetsInlineLimit: 0 },
  },
  // What keeps transitions away while the theme changes is a style that a script puts into the page, which the policy of the pages refuses.
  appearance: { disableTransition: false },
  // The comparison's table takes the room of the list of headings beside it. A setting in the page itself would stand above its title elsewhere.
  transformPageData: (page) => {
    if (page.relativePath === 'compared.md') page.frontmatter.aside = false;
  },
  transformHtml: withoutInline,
  buildEnd: ({ outDir }) => compress(outDir),
});
