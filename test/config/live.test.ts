/** The part of the configuration that `fargazer consume` reads. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configJsonSchema, defaultConfig, loadConfig } from '../../src/config/index.ts';
import { parseAddress } from '../../src/config/listen-address.ts';
import { plugins, refusal } from './plugins.ts';

test('nothing written means no source, no store, and the defaults of the walk', () => {
  const { sources, store, http, learnForMs, clock, checkpointEveryMs, patienceMs } = defaultConfig(plugins);
  assert.deepEqual({ sources, store, http, learnForMs, clock, checkpointEveryMs, patienceMs }, {
    sources: [], store: undefined, http: { host: '127.0.0.1', port: 9464 }, learnForMs: undefined, clock: 'arrival', checkpointEveryMs: 30_000, patienceMs: 600_000,
  });
});

test('sources and store are read with their options, in the order written', () => {
  const text = `
sources:
  - kinesis: { stream: shop }
  - file: { path: /var/log/app.log }
  - kinesis: { stream: other }
  - stdin
store: { embedded: { folder: state } }
http: { address: '[::]:80' }
learnFor: 7d
clock: ticks
checkpointEvery: 5s
patience: 1h
`;
  const { sources, store, http, learnForMs, clock, checkpointEveryMs, patienceMs } = loadConfig(text, 'fargazer.yaml', plugins);
  assert.deepEqual(sources, [
    { kind: 'kinesis', options: { stream: 'shop' } }, { kind: 'file', options: { path: '/var/log/app.log' } }, { kind: 'kinesis', options: { stream: 'other' } }, { kind: 'stdin', options: {} },
  ]);
  assert.deepEqual(store, { kind: 'embedded', options: { folder: 'state' } });
  assert.deepEqual({ http, learnForMs, clock, checkpointEveryMs, patienceMs }, { http: { host: '::', port: 80 }, learnForMs: 604_800_000, clock: 'ticks', checkpointEveryMs: 5_000, patienceMs: 3_600_000 });
});

test('a kind without options may stand alone, or with nothing beneath it', () => {
  for (const text of ['store: memory', 'store: { memory: {} }', 'store:\n  memory:\n  # nothing\n']) assert.deepEqual(loadConfig(text, 'f', plugins).store, { kind: 'memory', options: {} });
  for (const text of ['sources: [stdin]', 'sources:\n  - stdin:\n']) assert.deepEqual(loadConfig(text, 'f', plugins).sources, [{ kind: 'stdin', options: {} }]);
  assert.deepEqual(loadConfig('sources:\nstore:\nhttp:\n', 'f', plugins).sources, []);
});

test('http can be switched off', () => {
  assert.equal(loadConfig('http: { address: off }', 'f', plugins).http, undefined);
});

const wrong: readonly [title: string, text: string, sentence: string][] = [
  ['an unknown source', 'sources:\n  - kinesis: {stream: a}\n  - kineses: {}\n', 'fargazer.yaml:3, sources[1].kineses: there is no source kineses; did you mean kinesis?'],
  ['an unknown store', 'store: embeded\n', 'fargazer.yaml:1, store.embeded: there is no store embeded; did you mean embedded?'],
  ['a source that lacks an option', 'sources:\n  - kinesis\n', 'fargazer.yaml:2, sources[0].kinesis.stream: expected text, found nothing.'],
  ['an unknown option of a source', 'sources:\n  - kinesis:\n      stream: a\n      streem: b\n', 'fargazer.yaml:4, sources[0].kinesis.streem: there is no option streem; did you mean stream?'],
  ['two kinds in one entry', 'sources:\n  - kinesis: {stream: a}\n    stdin: {}\n', 'fargazer.yaml:2, sources[0]: expected one source, found kinesis and stdin.'],
  ['an entry of no kind', 'sources:\n  - {}\n', 'fargazer.yaml:2, sources[0]: expected one source, found nothing.'],
  ['sources that are no list', 'sources: {kinesis: {stream: a}}\n', 'fargazer.yaml:1, sources: expected a list, found a mapping.'],
  ['a store that is a list', 'store: [memory]\n', 'fargazer.yaml:1, store: expected a mapping of names to values, found a list.'],
  ['an address that is none', 'http: {address: 9464}\n', 'fargazer.yaml:1, http.address: expected text, found 9464.'],
  ['a port that is none', "http: {address: 'localhost:99999'}\n", 'fargazer.yaml:1, http.address: expected an address such as 127.0.0.1:9464 or [::]:9464, or off, found "localhost:99999".'],
  ['a time between checkpoints that is too short', 'checkpointEvery: 10ms\n', 'fargazer.yaml:1, checkpointEvery: expected a duration such as 30s, 10m, 24h or 7d from 1s to 1h, found "10ms".'],
  ['a patience that is no duration', 'patience: long\n', 'fargazer.yaml:1, patience: expected a duration such as 30s, 10m, 24h or 7d, found "long".'],
  ['a clock that is none', 'clock: tick\n', 'fargazer.yaml:1, clock: expected one of arrival, ticks, found "tick"; did you mean ticks?'],
];
for (const [title, text, message] of wrong) {
  test(`refuses ${title}`, () => assert.deepEqual(refusal(text), { code: 'config-invalid', message }));
}

test('addresses are names or IP addresses with a port', () => {
  assert.deepEqual(parseAddress('localhost:1'), { host: 'localhost', port: 1 });
  assert.deepEqual(parseAddress('0.0.0.0:0'), { host: '0.0.0.0', port: 0 });
  assert.deepEqual(parseAddress('[::1]:65535'), { host: '::1', port: 65_535 });
  for (const text of ['', ':80', '::1:80', '1.2.3:80', '999.1.1.1:80', '[127.0.0.1]:80', 'http://a:80', 'a:80/', 'a b:80', 'a:', 'a:-1', 'OFF', '[]:1', '.'.repeat(300) + ':1']) {
    assert.equal(parseAddress(text), undefined, text);
  }
});

test('the JSON Schema tells of every option, and of names that may stand alone', () => {
  const { properties } = configJsonSchema(plugins) as unknown as { properties: Record<string, { default?: unknown; pattern?: string; items?: { pattern?: string; maxProperties?: number; properties: object } }> };
  for (const name of ['sources', 'store', 'http', 'learnFor', 'clock', 'checkpointEvery', 'patience']) assert.ok(properties[name] !== undefined, name);
  assert.deepEqual([properties['checkpointEvery']?.default, properties['patience']?.default, properties['clock']?.default], ['30s', '10m', 'arrival']);
  assert.equal(properties['store']?.pattern, '^(?:memory)$');
  assert.deepEqual([properties['sources']?.items?.pattern, properties['sources']?.items?.maxProperties], ['^(?:stdin)$', 1]);
  assert.deepEqual(Object.keys(properties['sources']?.items?.properties ?? {}), ['kinesis', 'file', 'stdin']);
});
