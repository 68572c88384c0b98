import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { builderCommand, joinCommand, replaceCommand } from './machine-commands';

const settings = { api_url: 'https://zeitwork.example.com', registry_host: 'registry.example.com:5000', version: 'v1' };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'machine-'));
  // Stands in for the binary: it writes what it was started with.
  writeFileSync(join(folder, 'zeitwork'), '#!/bin/sh\necho "$@"\nenv | grep ^ZEITWORK_ | sort\n');
  chmodSync(join(folder, 'zeitwork'), 0o755);
});

afterEach(() => rmSync(folder, { recursive: true }));

/** run runs a command as an operator would who pastes it, and the token after it. */
function run(command: string, token = ''): string {
  const ended = spawnSync('bash', ['--norc', '-c', command], {
    input: `${token}\n`,
    env: { PATH: `${folder}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  expect(ended.stderr).toBe('');
  expect(ended.status).toBe(0);
  return ended.stdout;
}

test.each(['node', 'edge'] as const)('%s: a machine joins by the script of the API, which has the token from its environment', (kind) => {
  // Stands in for the script: it writes what it was given.
  writeFileSync(join(folder, 'curl'), '#!/bin/sh\necho "echo $* \\$ZEITWORK_JOIN_TOKEN"\n');
  chmodSync(join(folder, 'curl'), 0o755);
  expect(run(joinCommand({ kind }, 'zwj_secret', settings))).toBe(`-fsSL ${settings.api_url}/install/${kind} zwj_secret\n`);
});

test('another token takes the place of the one before, and of nothing else', () => {
  const before = 'ZEITWORK_EDGE_REGION=eu-1\nZEITWORK_EDGE_TOKEN=zwe_old\n';
  writeFileSync(join(folder, 'edgeproxy.env'), before, { mode: 0o600 });
  run(replaceCommand({ kind: 'edge' }, folder), 'zwe_new');

  const file = readFileSync(join(folder, 'edgeproxy.env'), 'utf8');
  expect(file).toContain('ZEITWORK_EDGE_REGION=eu-1\n');
  expect(file.match(/ZEITWORK_EDGE_TOKEN=.*/g)).toEqual(['ZEITWORK_EDGE_TOKEN=zwe_new']);
  expect(statSync(join(folder, 'edgeproxy.env')).mode & 0o777).toBe(0o600);
});

test('another worker has the settings of the first', () => {
  writeFileSync(join(folder, 'worker.env'), 'ZEITWORK_DATABASE_URL=postgres://one\n');
  expect(run(builderCommand(folder))).toBe('worker\nZEITWORK_DATABASE_URL=postgres://one\n');
});
