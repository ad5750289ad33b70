/** Outputs in one line, values of the environment, and secrets that are read at the start: accepted, refused, and never shown. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { z } from 'zod';
import { FargazerError, type SecretReference } from '../../src/contract/index.ts';
import { configJsonSchema, loadConfig, secretsNamed, settleSinks, UnresolvedSink, type Config, type Plugins } from '../../src/config/index.ts';
import { secretReader } from '../../src/secrets/index.ts';
import { plugins as others } from './plugins.ts';

const plugins: Plugins = {
  ...others,
  sinks: new Map<string, z.ZodType>([
    ['slack', z.strictObject({ url: z.url({ protocol: /^https?$/ }).optional().describe('A secret in itself.'), token: z.string().min(5).optional().describe('A secret.'), channel: z.string().max(80).optional().describe('Name.'), timeoutMs: z.int().min(1_000).default(15_000), allowPrivate: z.boolean().default(false) })
      .refine(({ token, channel }) => (token === undefined) === (channel === undefined), 'token and channel go together')],
    ['pagerduty', z.strictObject({ routingKey: z.string().regex(/^[a-z0-9]{32}$/, 'expected the 32 letters and digits of an integration key').describe('Key; a secret.'), region: z.enum(['us', 'eu']).default('us').describe('Region.') })],
    ['email', z.strictObject({ to: z.union([z.string(), z.array(z.string().min(3))]).describe('Recipients.'), smtp: z.strictObject({ host: z.string().describe('Host.'), password: z.string().min(8).describe('A secret.') }).describe('Server.') })],
    ['console', z.strictObject({})],
    ['webhook', z.strictObject({ url: z.url(), secret: z.string().min(8) })],
  ]),
  shorthands: new Map([['slack', 'url'], ['pagerduty', 'routingKey']]),
};

const hook = 'https://hooks.slack.com/services/T0/B0/hunter2hunter2';

function load(text: string, environment: Record<string, string> = {}): Config {
  return loadConfig(text, 'fargazer.yaml', plugins, environment);
}

function refusal(text: string, environment: Record<string, string> = {}): string {
  try {
    load(text, environment);
  } catch (error) {
    if (error instanceof FargazerError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

test('a text stands for the option that matters, and nothing for an output without options', () => {
  const { sinks, alerting } = load(`sinks:\n  slack: ${hook}\n  console:\n`);
  assert.equal((sinks.get('slack') as { url: string }).url, hook);
  assert.deepEqual(sinks.get('console'), {});
  assert.deepEqual(alerting.receivers['default']?.outputs.toSorted(), ['console', 'slack']);
});

test('a text where there is no shorthand is refused without showing it', () => {
  assert.equal(refusal(`sinks:\n  webhook: ${hook}\n`), 'fargazer.yaml:2, sinks.webhook: expected a mapping of names to values, found text that is not shown.');
});

test('variables of the environment stand anywhere in values, alone and within texts, and not in keys', () => {
  const { sinks, allow, learnForMs, sources } = load(
    'sinks: { slack: "${HOOK}" }\nallow:\n  - { kind: domain, value: "api.${ZONE}", reason: "for ${A} and ${B}, not $${A}" }\nlearnFor: ${LEARN}\nsources:\n  - kinesis: { stream: "a-$${b}" }\n',
    { HOOK: hook, ZONE: 'example.com', A: 'one ${B}', B: '$${x}', LEARN: '7d' },
  );
  assert.equal((sinks.get('slack') as { url: string }).url, hook);
  assert.deepEqual(allow, [{ kind: 'domain', value: 'api.example.com', reason: 'for one ${B} and $${x}, not ${A}' }]);
  assert.equal(learnForMs, 7 * 86_400_000);
  assert.deepEqual(sources, [{ kind: 'kinesis', options: { stream: 'a-${b}' } }]);
  assert.match(refusal('"${KEY}": 1\n', { KEY: 'sinks' }), /there is no option \$\{KEY\}/);
});

test('texts of the environment become numbers and true or false where an option wants them, and stay texts elsewhere', () => {
  const slack = load('sinks: { slack: { token: "${ID}", channel: "${ID}", timeoutMs: "${WAIT}", allowPrivate: "${OPEN}" } }', { WAIT: '2000', OPEN: 'true', ID: '012345' }).sinks.get('slack');
  assert.deepEqual(slack, { token: '012345', channel: '012345', timeoutMs: 2_000, allowPrivate: true });
  const beside = load('sinks: { slack: { url: "ssm:/x", timeoutMs: "${WAIT}" } }', { WAIT: '2000' }).sinks.get('slack');
  assert.ok(beside instanceof UnresolvedSink && (beside.options as { timeoutMs: unknown }).timeoutMs === 2_000);
  assert.match(refusal('sinks: { slack: { url: "https://x.example", timeoutMs: "${WAIT}" } }', { WAIT: 'long' }), /sinks\.slack\.timeoutMs: expected a number, found "\$\{WAIT\}"/);
  // What was written as a text stays one.
  assert.match(refusal('sinks: { slack: { timeoutMs: "2000" } }'), /expected a number, found "2000"/);
});

test('an anchor is read once for all who name it', () => {
  const { sinks } = load('sinks:\n  slack: &hook ${HOOK}\n  webhook: { url: *hook, secret: abcdefgh }\n', { HOOK: hook });
  assert.deepEqual(sinks.get('webhook'), { url: hook, secret: 'abcdefgh' });
});

const missing: readonly [title: string, text: string, environment: Record<string, string>, sentence: string][] = [
  ['a missing variable', 'sinks:\n  slack: ${SLACK_HOOK}\n', {}, 'fargazer.yaml:2, sinks.slack: the environment has no variable SLACK_HOOK; set it, or write $${ for ${ as it stands.'],
  ['a slip of the pen', 'sinks:\n  slack: ${SLACK_HOK}\n', { SLACK_HOOK: hook }, 'fargazer.yaml:2, sinks.slack: the environment has no variable SLACK_HOK; set it, or did you mean SLACK_HOOK?'],
  ['an empty variable', 'sinks:\n  slack: { url: "${HOOK}" }\n', { HOOK: '' }, 'fargazer.yaml:2, sinks.slack.url: the variable HOOK of the environment is empty; give it a value.'],
  ['a default, which there is not', 'allow:\n  - kind: domain\n    value: ${ZONE:-example.com}\n', {}, 'fargazer.yaml:3, allow[0].value: expected the name of a variable of the environment, such as ${SLACK_WEBHOOK_URL}; for ${ as it stands write $${.'],
  ['a brace that is not closed', 'learnFor: "7${D"\n', { D: 'd' }, 'fargazer.yaml:1, learnFor: expected the name of a variable of the environment, such as ${SLACK_WEBHOOK_URL}; for ${ as it stands write $${.'],
];
for (const [title, text, environment, sentence] of missing) {
  test(`refuses ${title}, with its place and the cure`, () => assert.equal(refusal(text, environment), sentence));
}

test('quotes are asked for where YAML needs them', () => {
  assert.match(refusal('sinks: { slack: ${HOOK} }', { HOOK: hook }), /^fargazer\.yaml:1: this is not YAML: .*Within \{ \} and \[ \], write "\$\{NAME\}" in quotes\.$/);
});

test('no refusal shows what came from the environment', () => {
  const environment = { S: 'hunter2', LONG: `hunter2${'x'.repeat(200)}`, QUOTED: 'hunter2"\n' };
  for (const name of Object.keys(environment)) {
    const texts = [
      `learnFor: "\${${name}}"`, `lateness: { firelens: "\${${name}}" }`, `http: { address: "\${${name}}" }`, `allow: [{ kind: cidr, value: "\${${name}}" }]`, `allow: [{ kind: "\${${name}}", value: x }]`,
      `sinks: { pagerduty: "\${${name}}" }`, `sinks: { slack: { url: "a\${${name}}" } }`, `sinks: { email: { to: x, smtp: "\${${name}}" } }`, `sinks: "\${${name}}"`, `clock: "\${${name}}"`, `timeZone: "\${${name}}"`,
      `route: { receiver: "\${${name}}" }`, `receivers: { people: { outputs: ["\${${name}}"] } }`, `route: { matchers: ["\${${name}}"] }`,
    ];
    for (const text of texts) assert.doesNotMatch(refusal(text, environment), /hunter2/, text);
  }
});

test('no refusal shows a secret that stands in the file', () => {
  for (const text of ['sinks: { pagerduty: hunter2 }', 'sinks: { slack: { url: hunter2 } }', 'sinks: { email: { to: abc, smtp: hunter2 } }', 'sinks: { email: { to: abc, smtp: { host: h, password: hunter2 } } }', 'sinks: { slack: [hunter2] }']) {
    const message = refusal(text);
    assert.match(message, /found (?:text that is not shown|a list)/, text);
    assert.doesNotMatch(message, /hunter2/, text);
  }
  // What is no secret is shown, so that it can be found.
  assert.match(refusal(`sinks: { pagerduty: { routingKey: ${'a'.repeat(32)}, region: EU } }`), /found "EU"; did you mean eu\?/);
});

test('outputs that name secrets wait for them, with everything else held to the schema at once', () => {
  const config = load('sinks:\n  slack: ssm:/fargazer/slack\n  pagerduty: { routingKey: "secretsmanager:fargazer/all#pd", region: eu }\n  console:\nroute: { receiver: slack }\n');
  assert.deepEqual(secretsNamed(config), [
    { place: 'fargazer.yaml:3, sinks.pagerduty.routingKey', text: 'secretsmanager:fargazer/all#pd' },
    { place: 'fargazer.yaml:2, sinks.slack.url', text: 'ssm:/fargazer/slack' },
  ].toSorted((left, right) => [...config.sinks.keys()].findIndex((name) => left.place.includes(name)) - [...config.sinks.keys()].findIndex((name) => right.place.includes(name))));
  assert.ok(config.sinks.get('slack') instanceof UnresolvedSink);
  assert.equal(refusal('sinks:\n  pagerduty:\n    routingKey: ssm:/x\n    region: EU\n'), 'fargazer.yaml:4, sinks.pagerduty.region: expected one of us, eu, found "EU"; did you mean eu?');
  assert.equal(refusal('sinks:\n  slack: { url: ssm:/x, chanel: x }\n'), 'fargazer.yaml:2, sinks.slack.chanel: there is no option chanel; did you mean channel?');
  assert.equal(refusal('sinks:\n  slack: { token: ssm:/x }\n'), 'fargazer.yaml:2, sinks.slack: token and channel go together.');
  assert.equal(refusal('sinks:\n  slack: "ssm:"\n'), 'fargazer.yaml:2, sinks.slack.url: expected the name of a parameter behind ssm:, such as ssm:/fargazer/slack.');
  assert.match(refusal('sinks: { slak: ssm:/x }'), /there is no output slak; did you mean slack\?/);
  assert.match(refusal('sinks: { slack: ssm:/x }\nroute: { receiver: slak }\n'), /there is no receiver slak; did you mean slack\?/);
});

test('a reference may come from the environment', () => {
  assert.deepEqual(secretsNamed(load('sinks: { slack: "${HOOK}" }', { HOOK: 'ssm:/fargazer/slack' })), [{ place: 'fargazer.yaml:1, sinks.slack.url', text: 'ssm:/fargazer/slack' }]);
});

const known: Readonly<Record<string, string>> = { '/slack': hook, '/pd': 'a'.repeat(32), '/password': 'hunter2hunter2', '/bad': 'hunter2 is no address', '/mail': 'a@example.com' };
async function read(reference: SecretReference): Promise<string> {
  const text = reference.store === 'ssm' ? known[reference.name] : undefined;
  if (text === undefined) throw new FargazerError('secret-unreadable', 'eu-west-1 has no such parameter. Make it.');
  return text;
}

test('secrets take their places, and defaults are filled in', async () => {
  const config = load('sinks:\n  slack: ssm:/slack\n  email: { to: [ssm:/mail, b@example.com], smtp: { host: mail.example.com, password: ssm:/password } }\n  console:\n');
  const { sinks } = await settleSinks(config, read);
  assert.deepEqual(sinks.get('slack'), { url: hook, timeoutMs: 15_000, allowPrivate: false });
  assert.deepEqual(sinks.get('email'), { to: ['a@example.com', 'b@example.com'], smtp: { host: 'mail.example.com', password: 'hunter2hunter2' } });
  assert.deepEqual([...sinks.keys()].toSorted(), ['console', 'email', 'slack']);
  assert.ok(config.sinks.get('slack') instanceof UnresolvedSink, 'what was loaded is not changed');
});

test('every secret that cannot be read is told at once, with its place and the cure', async () => {
  const config = load('sinks:\n  slack: ssm:/none\n  pagerduty:\n    routingKey: ssm:/neither\n');
  await assert.rejects(settleSinks(config, read), (error: unknown) => {
    assert.ok(error instanceof FargazerError && error.code === 'secret-unreadable');
    assert.deepEqual(error.message.split('\n').toSorted(), [
      'fargazer.yaml:2, sinks.slack.url (ssm:/none): eu-west-1 has no such parameter. Make it.',
      'fargazer.yaml:4, sinks.pagerduty.routingKey (ssm:/neither): eu-west-1 has no such parameter. Make it.',
    ]);
    return true;
  });
});

test('a secret that is not what its option takes is told without showing it', async () => {
  for (const [text, sentence] of [
    ['sinks:\n  slack: ssm:/bad\n', 'fargazer.yaml:2, sinks.slack.url: expected a valid url, found text that is not shown. Correct what stands there: ssm:/bad.'],
    ['sinks:\n  pagerduty: ssm:/bad\n', 'fargazer.yaml:2, sinks.pagerduty.routingKey: expected text like /^[a-z0-9]{32}$/, found text that is not shown. Correct what stands there: ssm:/bad.'],
  ] as const) {
    const error: unknown = await settleSinks(load(text), read).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof FargazerError && error.code === 'config-invalid');
    assert.equal(error.message, sentence);
    assert.doesNotMatch(inspect(error, { depth: 8 }), /hunter2/);
  }
});

test('a file gives what its option takes, through the reader of the program', async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-config-secrets-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'slack'), `${hook}\n`);
  const reader = secretReader();
  const through = async (reference: SecretReference): Promise<string> => (await reader.read(reference)).expose();
  const { sinks } = await settleSinks(load(`sinks: { slack: "file:${join(folder, 'slack')}" }`), through);
  assert.equal((sinks.get('slack') as { url: string }).url, hook);
  await assert.rejects(settleSinks(load(`sinks: { slack: "file:${join(folder, 'none')}" }`), through), /fargazer\.yaml:1, sinks\.slack\.url \(file:.*none\): there is no file .*none\. Put the secret there/);
});

test('the schema for editors takes a text where there is a shorthand, and references where a form is asked for', () => {
  const { properties } = configJsonSchema(plugins) as unknown as { properties: { sinks: { properties: Record<string, any> } } };
  const { slack, pagerduty, webhook } = properties.sinks.properties;
  assert.deepEqual(pagerduty.type, ['object', 'string']);
  assert.deepEqual(webhook.type, 'object');
  assert.deepEqual(properties.sinks.properties['console'].type, ['object', 'null']);
  for (const [schema, right, wrong] of [[slack, hook, 'hooks.slack.com'], [slack.properties.url, hook, 'hooks.slack.com'], [pagerduty, 'a'.repeat(32), 'a'.repeat(31)], [pagerduty.properties.routingKey, 'a'.repeat(32), '']]) {
    const form = new RegExp(schema.pattern);
    for (const text of [right, '${PAGER_KEY}', 'ssm:/fargazer/pd', 'secretsmanager:fargazer/all#pd', 'file:/run/secrets/pd']) assert.match(text, form);
    for (const text of [wrong, '${not a name}', '$PAGER']) assert.doesNotMatch(text, form);
  }
});

test('an output with two kinds of options takes its text in the schema too', () => {
  const either = z.union([z.strictObject({ path: z.string().min(1) }), z.strictObject({ bucket: z.string() })]);
  const { properties } = configJsonSchema({ ...others, sinks: new Map([['ocsf', either]]), shorthands: new Map([['ocsf', 'path']]) }) as unknown as { properties: { sinks: { properties: { ocsf: { anyOf: unknown[] } } } } };
  assert.deepEqual(properties.sinks.properties.ocsf.anyOf.at(-1), { type: 'string', minLength: 1 });
});

test('any text with dollars and braces is accepted or refused with a FargazerError, and shows no secret', () => {
  const piece = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('${S}', '$${', '${', '}', '$', 'sinks:\n', '  slack: ', '  pagerduty: ', 'ssm:/x', 'file:/', 'secretsmanager:', '\n', '&a ', '*a', '"', 'url: ', '{', '[', '- '));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
      try {
        load(pieces.join(''), { S: 'hunter2hunter2' });
      } catch (error) {
        assert.ok(error instanceof FargazerError, String(error));
        assert.doesNotMatch(error.message, /hunter2/);
      }
    }),
    { numRuns: 400 },
  );
});
