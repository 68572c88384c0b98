import { expect, test } from 'vitest';
import { renamedPath } from './renamed-path';

test.each([
  ['/o/acme', '/o/acme-inc'],
  ['/o/acme/', '/o/acme-inc/'],
  ['/o/acme/projects/acme/settings/domains', '/o/acme-inc/projects/acme/settings/domains'],
  ['/o/o/o/o', '/o/acme-inc/o/o'],
])('%s is %s by another slug', (before, after) => {
  expect(renamedPath(before, 'acme-inc')).toBe(after);
});
