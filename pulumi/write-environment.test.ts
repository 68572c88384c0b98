import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'zeitwork-pulumi-'));
after(() => rmSync(folder, { recursive: true }));

function write(files: Record<string, string>) {
  const script = new URL('write-environment.ts', import.meta.url).pathname;

  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', script, join(folder, 'files')], {
    input: JSON.stringify(files),
  }).status;
}

test('each file has its settings', () => {
  assert.equal(write({ 'edgeproxy.fsn-1.env': 'ZEITWORK_EDGE_REGION=fsn\n' }), 0);
  assert.equal(readFileSync(join(folder, 'files', 'edgeproxy.fsn-1.env'), 'utf8'), 'ZEITWORK_EDGE_REGION=fsn\n');
});

test('nothing is written outside of the folder', () => {
  assert.notEqual(write({ '../outside.env': '' }), 0);
  assert.deepEqual(readdirSync(folder), ['files']);
});
