/** Outputs of a configuration: how many alerts are on their way to each at once is one option of all that speak over the network. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig, type Config } from '../../src/config/index.ts';
import { outputSchemas, outputsOf } from '../../src/entry/outputs.ts';
import { plugins } from '../../src/entry/plugins.ts';
import { exampleEnvironment, forPeople, forPrograms } from '../../scripts/docs/sink-facts.ts';

const output = { write: () => undefined, columns: 80, hasColour: false, timeZone: 'UTC' };

/** What a line after a line is written by. */
const inOrder = ['console', 'jsonl', 'cloudwatch-metrics', 'ocsf'];

/** What is made of the example in the reference, with more options. */
async function made(name: string, example: string, more: Record<string, unknown> = {}): Promise<{ concurrency?: number }> {
  const config: Config = loadConfig(`sinks:\n${example.replace(/^/gm, '  ')}`, name, plugins, exampleEnvironment);
  const options = outputSchemas.get(name)!.parse({ ...(config.sinks.get(name) as object), ...more });
  const { sinks, notifiers } = await outputsOf({ sinks: new Map([[name, options]]), alerting: config.alerting }, output);
  return [...sinks, ...notifiers][0]!;
}

for (const [name, { example }] of Object.entries({ ...forPeople, ...forPrograms })) {
  const isInOrder = inOrder.includes(name);
  test(`${name} is sent ${isInOrder ? 'one at a time' : 'four at once, or as many as its options say'}`, async () => {
    assert.equal((await made(name, example)).concurrency, isInOrder ? 1 : 4);
    if (isInOrder) return assert.rejects(made(name, example, { concurrency: 7 }));
    assert.equal((await made(name, example, { concurrency: 7 })).concurrency, 7);
    await assert.rejects(made(name, example, { concurrency: 17 }));
  });
}

test('what is appended to a file is sent one at a time, what becomes an object is not', async () => {
  assert.equal((await made('jsonl', 'jsonl:\n  file: alerts.ndjson')).concurrency, 1);
  assert.equal((await made('ocsf', 'ocsf:\n  bucket: findings\n  region: eu-west-1')).concurrency, 4);
});
