// Builds the site into dist. VitePress itself says what it does and nothing else but what is wrong.
import { mkdirSync, writeFileSync } from 'node:fs';
import { build } from 'vitepress';

await build('.');
mkdirSync('dist', { recursive: true });
// Go's embedding wants a file that git keeps.
writeFileSync('dist/.keep', '');
