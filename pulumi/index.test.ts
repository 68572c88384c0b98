import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { configuration, example } from './testing/configuration.ts';
import './testing/graph.ts';

// Pulumi runs the program by importing it. A query has it imported anew.
async function run(changes = {}): Promise<Record<string, unknown>> {
  pulumi.runtime.setAllConfig(configuration(example(changes)));

  return await import(`./index.ts?${JSON.stringify(changes)}`);
}

test('the program has the settings of processes and the auth keys as outputs', async () => {
  assert.deepEqual(Object.keys(await run()).sort(), ['authKeys', 'environment']);
});

test('what is wrong is told without a stack', async () => {
  await assert.rejects(run({ front: 'anycast' }), (error) => pulumi.RunError.isInstance(error) && /front: Write dns/.test(error.message));
});
