// Writes the files of settings, as `pulumi stack output environment --json` prints them, into a folder: node write-environment.ts FOLDER < FILE
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const [folder] = process.argv.slice(2);
if (!folder) {
  process.stderr.write('Name the folder: node write-environment.ts FOLDER\n');
  process.exit(2);
}

const files = z.record(z.string().regex(/^[a-z0-9.-]+\.env$/), z.string()).parse(JSON.parse(readFileSync(0, 'utf8')));

mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
