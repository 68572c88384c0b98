import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { leadOn, pages } from '../../../walks/pages';

// Addresses as the router makes them of the files in src/routes.
const routes = readdirSync('src/routes', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.tsx') && !/(^|\/)(__root|route)\.tsx$/.test(file))
  .map(
    (file) =>
      `/${file
        .replace(/\.tsx$/, '')
        .replace(/(^|\/)index$/, '$1')
        .replaceAll('.', '/')}`,
  );

it.each(routes.filter((route) => !leadOn.includes(route)))('%s is photographed', (route) => {
  expect(pages.map((page) => page.route)).toContain(route);
});

it('no page is photographed under the name of another one', () => {
  expect(new Set(pages.map(({ name }) => name)).size).toBe(pages.length);
});
