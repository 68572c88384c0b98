// Checks what stands here: formatting and lint, types, and tests. The programs are those of the dashboard (web/).
import { spawnSync } from 'node:child_process';

function run(...args: string[]): void {
  const { status, error } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) {
    if (error) throw error;
    process.exit(status ?? 1);
  }
}

const tools = '../web/node_modules';

run(`${tools}/@biomejs/biome/bin/biome`, 'check', '--error-on-warnings', '.');
run(`${tools}/typescript/bin/tsc`, '--noEmit');
run('--disable-warning=ExperimentalWarning', '--test', '--test-reporter=dot');
