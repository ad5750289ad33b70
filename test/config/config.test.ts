/** The configuration: what is accepted, and what is said of what is not. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultLatenessMs, FargazerError } from '../../src/contract/index.ts';
import { configJsonSchema, defaultConfig, loadConfig, readConfig } from '../../src/config/index.ts';
import { plugins, refusal } from './plugins.ts';

test('an empty configuration means the defaults of every plugin', () => {
  const config = defaultConfig(plugins);
  assert.deepEqual([...config.detectors], [
    ['egress-volume', { isEnabled: true, options: { floorBytes: 1_048_576 } }],
    ['log-novelty', { isEnabled: true, options: {} }],
  ]);
  assert.deepEqual(config.latenessMs, defaultLatenessMs);
  assert.equal(config.sinks.size, 0);
});

test('a whole configuration is read', () => {
  const text = `
detectors:
  egress-volume: { floorBytes: 10, severity: low }
  log-novelty:
    enabled: false
allow:
  - { kind: cidr, value: 203.0.113.0/24, service: checkout, reason: partner }
lateness:
  flow-log: 1h30m
sinks:
  webhook: { url: 'https://example.com/hook', secret: abcdefgh }
`;
  const config = loadConfig(text, 'fargazer.yaml', plugins);
  assert.deepEqual(config.detectors.get('egress-volume'), { isEnabled: true, severity: 'low', options: { floorBytes: 10 } });
  assert.equal(config.detectors.get('log-novelty')?.isEnabled, false);
  assert.equal(config.allow[0]?.value, '203.0.113.0/24');
  assert.equal(config.latenessMs['flow-log'], 5_400_000);
  assert.deepEqual(config.sinks.get('webhook'), { url: 'https://example.com/hook', secret: 'abcdefgh' });
});

test('sections whose entries are commented out read as absent', () => {
  const config = loadConfig('detectors:\n  egress-volume:\n  # floorBytes: 3\nallow:\nlateness:\n', 'fargazer.yaml', plugins);
  assert.deepEqual(config.detectors.get('egress-volume')?.options, { floorBytes: 1_048_576 });
});

const wrong: readonly [title: string, text: string, code: string, sentence: string][] = [
  ['a wrong type', 'detectors:\n  egress-volume:\n    floorBytes: 10MB\n', 'config-invalid', 'fargazer.yaml:3, detectors.egress-volume.floorBytes: expected a number, found "10MB".'],
  ['a number out of range', 'detectors:\n  egress-volume: {floorBytes: -1}\n', 'config-invalid', 'fargazer.yaml:2, detectors.egress-volume.floorBytes: expected at least 0, found -1.'],
  ['an unknown option', 'detectors:\n  egress-volume:\n    floorByte: 1\n', 'config-invalid', 'fargazer.yaml:3, detectors.egress-volume.floorByte: there is no option floorByte; did you mean floorBytes?'],
  ['an unknown detector', 'detectors:\n  egres-volume: {}\n', 'detector-unknown', 'fargazer.yaml:2, detectors.egres-volume: there is no detector egres-volume; did you mean egress-volume?'],
  ['an unknown output', 'sinks:\n  webhok: {}\n', 'sink-unknown', 'fargazer.yaml:2, sinks.webhok: there is no output webhok; did you mean webhook?'],
  ['an unknown section', 'alow: []\n', 'config-invalid', 'fargazer.yaml:1, alow: there is no option alow; did you mean allow?'],
  ['a wrong word', 'detectors:\n  log-novelty: {severity: hihg}\n', 'config-invalid', 'fargazer.yaml:2, detectors.log-novelty.severity: expected one of low, medium, high, critical, found "hihg"; did you mean high?'],
  ['a network that is none', 'allow:\n  - kind: cidr\n    value: 10.0.0.0/99\n', 'config-invalid', 'fargazer.yaml:3, allow[0].value: expected an address or a CIDR such as 203.0.113.0/24 or 2001:db8::/32, found "10.0.0.0/99".'],
  ['a duration that is none', 'lateness: {firelens: 1 hour}\n', 'config-invalid', 'fargazer.yaml:1, lateness.firelens: expected a duration such as 30s, 10m, 24h or 7d, found "1 hour".'],
  ['a missing secret', "sinks:\n  webhook: {url: 'https://example.com'}\n", 'config-invalid', 'fargazer.yaml:2, sinks.webhook.secret: expected text, found nothing.'],
  ['a list in place of everything', '- 1\n', 'config-invalid', 'fargazer.yaml:1: expected a mapping of names to values, found a list.'],
  ['a key twice', 'allow: []\nallow: []\n', 'config-unreadable', 'fargazer.yaml:2: this is not YAML: Map keys must be unique.'],
  ['keys of objects', '__proto__: {a: 1}\n', 'config-invalid', 'fargazer.yaml:1, __proto__: there is no option __proto__; there are detectors, allow, lateness, sinks, route, receivers, inhibit, muteTimes, caps, resolveAfter, locale, timeZone, sources, store, http, learnFor, clock, flowFields, checkpointEvery, patience.'],
];
for (const [title, text, code, sentence] of wrong) {
  test(`refuses ${title}, with its place and what was expected`, () => {
    assert.deepEqual(refusal(text), { code, message: sentence });
  });
}

test('tells several faults at once, a line each', () => {
  const { code, message } = refusal('detectors:\n  egress-volume: {floorBytes: x}\nsinks:\n  slack: {}\n');
  assert.equal(code, 'config-invalid');
  assert.equal(message.split('\n').length, 2);
});

test('refuses a lateness with which facts could never be in time', () => {
  const { message } = refusal('lateness:\n  ecs-event: 13m\n');
  assert.match(message, /^fargazer\.yaml:2, lateness\.ecs-event: 13m is more than the 12m of flow-log/);
});

test('ends with a sentence on YAML made to hurt', () => {
  const laughs = `a: &a [${'x,'.repeat(50)}]\n${'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefg'[index]},`.repeat(50)}]`).join('\n')}`;
  for (const text of ['['.repeat(200_000), laughs, 'a: *nowhere', '\u0000', 'a: !!binary x', '? [a, b]\n: 1']) {
    const { message } = refusal(text);
    assert.match(message, /^fargazer\.yaml.*[.?]$/s);
  }
});

test('any text is accepted or refused with a FargazerError', () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom('detectors:', 'allow:', '  - ', 'egress-volume: ', '{', '}', '[', '&a ', '*a', '\n', '  ', 'lateness:', '7', 'null', '__proto__: '));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      try {
        loadConfig(pieces.join(''), 'fargazer.yaml', plugins);
      } catch (error) {
        assert.ok(error instanceof FargazerError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});

test('a file that is missing, a folder or not text is refused with its name', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-config-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const large = join(folder, 'large.yaml');
  writeFileSync(large, '#'.repeat(1_048_577));
  const refused = { name: 'FargazerError', code: 'config-unreadable' };
  assert.throws(() => readConfig(join(folder, 'none.yaml'), plugins), { ...refused, message: /none\.yaml: there is no such file\.$/ });
  assert.throws(() => readConfig(folder, plugins), { ...refused, message: /this is a folder\.$/ });
  assert.throws(() => readConfig(large, plugins), { ...refused, message: /at most 1 MB/ });
});

test('the JSON Schema for editors knows every option and no other', () => {
  const schema = configJsonSchema(plugins) as { additionalProperties?: unknown; properties?: { detectors?: { properties?: object } } };
  assert.equal(schema.additionalProperties, false);
  assert.deepEqual(Object.keys(schema.properties?.detectors?.properties ?? {}), ['egress-volume', 'log-novelty']);
});
