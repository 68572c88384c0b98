import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const components = 'src/components';
const own = 'src/features/gallery';
const named = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.tsx') && !name.includes('.test.'));
const gallery = named(own)
  .map((name) => readFileSync(join(own, name), 'utf8'))
  .join('\n');

// What another component shows, and nobody else does.
const shownBy: Record<string, string> = {
  'confirm-dialog': 'confirm',
  'dialog-popup': 'dialog',
  'leave-guard': 'form-card',
  'menu-parts': 'menu',
  'reason-bubble': 'guarded-button',
  toasts: 'toast',
};

it.each(named(components).map((name) => name.replace('.tsx', '')))('the gallery shows %s', (name) => {
  const by = shownBy[name];

  expect(gallery).toContain(`from '@/components/${by ?? name}'`);
  if (by) expect(readFileSync(join(components, `${by}.tsx`), 'utf8')).toContain(`'./${name}'`);
});
