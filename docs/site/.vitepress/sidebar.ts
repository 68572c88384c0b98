import type { DefaultTheme } from 'vitepress';
import { chapters } from '../build/openapi.ts';

/** sidebar lists all pages, in the order in which somebody who is new would want them. */
export const sidebar: DefaultTheme.SidebarItem[] = [
  { text: 'Start in five minutes', link: '/start' },
  {
    text: 'Deploy an app',
    items: [
      { text: 'Next.js', link: '/guides/nextjs' },
      { text: 'Nuxt', link: '/guides/nuxt' },
      { text: 'Rails', link: '/guides/rails' },
      { text: 'Laravel', link: '/guides/laravel' },
      { text: 'Node servers', link: '/guides/node' },
      { text: 'Static sites', link: '/guides/static' },
      { text: 'A Dockerfile of your own', link: '/guides/dockerfile' },
      { text: 'What is recognised', link: '/frameworks' },
    ],
  },
  {
    text: 'Run it',
    items: [
      { text: 'Environments and previews', link: '/environments' },
      { text: 'Variables', link: '/variables' },
      { text: 'Domains', link: '/domains' },
      { text: 'Rollback', link: '/rollback' },
      { text: 'Logs and requests', link: '/logs' },
      { text: 'Scale and sleep', link: '/scaling' },
    ],
  },
  {
    text: 'Run your own platform',
    items: [
      { text: 'From one machine to ten regions', link: '/run-your-own' },
      { text: 'Operations', link: '/operations' },
      { text: 'Security', link: '/security' },
      { text: 'Reliability', link: '/reliability' },
      { text: 'Scale', link: '/scale' },
    ],
  },
  {
    text: 'Understand it',
    items: [
      { text: 'How it works', link: '/architecture' },
      { text: 'Compared', link: '/compared' },
    ],
  },
  {
    text: 'Reference',
    items: [
      { text: 'Command line', link: '/reference/cli' },
      {
        text: 'API',
        link: '/reference/api/',
        collapsed: true,
        items: chapters.map(({ name, slug }) => ({ text: name, link: `/reference/api/${slug}` })),
      },
    ],
  },
];
