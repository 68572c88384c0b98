// Checks the dashboard: that the types of /v1 are those of its OpenAPI document, formatting and lint, types, and unit tests. With --write it writes the
// types of /v1 instead.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Generator, getConfig } from '@tanstack/router-generator';

const generated = 'src/api/schema.d.ts';

function run(program: string, ...args: string[]): void {
  const { status, error } = spawnSync(process.execPath, [`node_modules/${program}`, ...args], { stdio: 'inherit' });
  if (status !== 0) {
    if (error) throw error;
    process.exit(status ?? 1);
  }
}

function generate(into: string): void {
  run('openapi-typescript/bin/cli.js', '../api/openapi.yaml', '-o', into, '--alphabetize', '--default-non-nullable', 'false');
}

function checkTypes(): void {
  const folder = mkdtempSync(join(tmpdir(), 'zeitwork-web-'));
  try {
    const fresh = join(folder, 'schema.d.ts');
    generate(fresh);
    if (readFileSync(fresh, 'utf8') === readFileSync(generated, 'utf8')) return;
  } finally {
    rmSync(folder, { recursive: true });
  }
  writeFileSync(2, `web/${generated} is not what api/openapi.yaml says: run \`go tool task web:generate\`.\n`);
  process.exit(1);
}

if (process.argv.includes('--write')) {
  generate(generated);
} else {
  checkTypes();
  // The tree of routes is not part of the repository: Vite writes it, too.
  const root = process.cwd();
  await new Generator({ config: getConfig({ target: 'react', quoteStyle: 'single', semicolons: true }, root), root }).run();
  run('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.');
  run('typescript/bin/tsc', '--noEmit');
  run('vitest/vitest.mjs', 'run');
}
