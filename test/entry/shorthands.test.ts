/** Outputs in one line: with the plugins that ship. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/index.ts';
import { textsOf } from '../../src/config/sinks-texts.ts';
import { plugins } from '../../src/entry/plugins.ts';
import { shorthands } from '../../src/entry/shorthands.ts';

const samples: Readonly<Record<string, string>> = {
  url: 'https://example.com/hooks/abc', apiKey: 'a1b2c3d4-a1b2-c3d4-e5f6-a1b2c3d4e5f6', routingKey: 'a'.repeat(32), topic: 'alerts', topicArn: 'arn:aws:sns:eu-west-1:123456789012:alerts', path: '/var/log/findings.ndjson', namespace: 'Fargazer/Test', file: '/var/log/alerts.jsonl',
};

for (const [name, option] of shorthands) {
  test(`${name} takes its ${option} alone`, () => {
    const { sinks } = loadConfig(`sinks:\n  ${name}: \${ONLY}\n`, 'fargazer.yaml', plugins, { ONLY: samples[option] ?? '' });
    assert.equal((sinks.get(name) as Record<string, unknown>)[option], samples[option]);
  });
}

test('what opens an output is known as a secret, in every output that ships', () => {
  const opening = /^(?:token|secret|password|apiKey|routingKey|bearerToken)$/;
  const webhooks = new Set(['discord', 'google-chat', 'mattermost', 'slack', 'teams', 'webhook']);
  for (const [name, schema] of plugins.sinks ?? []) {
    const given = { url: 'https://x.example', token: 'x', secret: 'x', password: 'x', apiKey: 'x', routingKey: 'x', bearerToken: 'x', smtp: { password: 'x' } };
    for (const { path, isSecret } of textsOf(schema, given)) {
      if (opening.test(String(path.at(-1))) || webhooks.has(name)) assert.ok(isSecret, `${name}.${path.join('.')}: its description does not say that it is a secret`);
    }
  }
});
