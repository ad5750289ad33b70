/** Secrets: read from files, Secrets Manager and Parameter Store, once each, and shown nowhere. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { FargazerError, parseSecretReference, type SecretReference } from '../../src/contract/index.ts';
import { Secret, secretReader, type SecretReader } from '../../src/secrets/index.ts';
import { secretsStub, type SecretsStub } from '../support/aws/secrets-stub.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'an example' };

function reference(text: string): SecretReference {
  const parsed = parseSecretReference(text);
  assert.ok(parsed !== undefined && !('fault' in parsed), text);
  return parsed;
}

async function aws(t: TestContext, attempts = 1): Promise<{ stub: SecretsStub; reader: SecretReader; read: (text: string) => Promise<string> }> {
  const stub = await secretsStub();
  t.after(() => stub.close());
  const reader = secretReader({ region: 'eu-west-1', endpoint: stub.endpoint, credentials, attempts });
  return { stub, reader, read: async (text) => (await reader.read(reference(text))).expose() };
}

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'fargazer-secrets-'));
  t.after(() => rmSync(made, { recursive: true }));
  return made;
}

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(() => undefined, (thrown: unknown) => thrown);
  assert.ok(error instanceof FargazerError, String(error));
  assert.equal(error.code, 'secret-unreadable');
  return error.message;
}

test('references are read, other texts are none, and names that cannot be are refused', () => {
  assert.deepEqual(reference('file:/run/secrets/slack'), { store: 'file', path: '/run/secrets/slack' });
  assert.deepEqual(reference('file:///run/secrets/slack'), { store: 'file', path: '/run/secrets/slack' });
  assert.deepEqual(reference('secretsmanager:fargazer/slack'), { store: 'secretsmanager', name: 'fargazer/slack' });
  assert.deepEqual(reference('secretsmanager:fargazer/all#web#hook'), { store: 'secretsmanager', name: 'fargazer/all', jsonKey: 'web#hook' });
  assert.deepEqual(reference('ssm:/fargazer/slack:3'), { store: 'ssm', name: '/fargazer/slack:3' });
  for (const text of ['', 'https://example.com/file:/x', 'secret', 'FILE:/x', ' ssm:/x', 'filename']) assert.equal(parseSecretReference(text), undefined, text);
  for (const text of ['file:', 'file:/', 'file:relative', 'file://host/x', 'file:/a\0b', 'ssm:', 'ssm:/a b', 'secretsmanager:', 'secretsmanager:#key', 'secretsmanager:name#', 'secretsmanager:a b']) {
    const parsed = parseSecretReference(text);
    assert.ok(parsed !== undefined && 'fault' in parsed && parsed.fault.startsWith('expected'), text);
  }
});

test('a file gives its text without the end of its last line, also through a link', async (t) => {
  const dir = folder(t);
  writeFileSync(join(dir, 'key'), 'pässword with spaces \r\n');
  symlinkSync(join(dir, 'key'), join(dir, 'link'));
  const reader = secretReader();
  for (const name of ['key', 'link']) assert.equal((await reader.read({ store: 'file', path: join(dir, name) })).expose(), 'pässword with spaces ');
});

test('a file that is none is refused with its path and the cure', { timeout: 10_000 }, async (t) => {
  const dir = folder(t);
  mkdirSync(join(dir, 'folder'));
  writeFileSync(join(dir, 'large'), 'x'.repeat(65_537));
  writeFileSync(join(dir, 'bytes'), Buffer.from([0xff, 0xfe, 0x00]));
  writeFileSync(join(dir, 'empty'), '\n');
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  const reader = secretReader();
  const says = (name: string): Promise<string> => refusal(reader.read({ store: 'file', path: join(dir, name) }));
  assert.match(await says('none'), /^there is no file .*none\. Put the secret there, or correct the path\.$/);
  assert.match(await says('folder'), /is a folder/);
  assert.match(await says('large'), /65537 bytes, and a secret at most 65536/);
  assert.match(await says('bytes'), /is no text in UTF-8/);
  assert.match(await says('empty'), /^it is empty/);
  assert.match(await says('pipe'), /is no plain file/);
});

test('Secrets Manager gives the text, bytes that are text, and a key of its JSON', async (t) => {
  const { stub, read } = await aws(t);
  stub.secrets.set('fargazer/slack', { text: 'https://hooks.slack.com/services/T/B/x' });
  stub.secrets.set('fargazer/bytes', { binary: Buffer.from('text all the same') });
  stub.secrets.set('fargazer/all', { text: JSON.stringify({ slack: 'one', pagerduty: 'two', port: 25 }) });
  assert.equal(await read('secretsmanager:fargazer/slack'), 'https://hooks.slack.com/services/T/B/x');
  assert.equal(await read('secretsmanager:fargazer/bytes'), 'text all the same');
  assert.deepEqual([await read('secretsmanager:fargazer/all#slack'), await read('secretsmanager:fargazer/all#pagerduty'), await read('secretsmanager:fargazer/all#port')], ['one', 'two', '25']);
});

test('one call serves all keys of a secret, also when asked at once; a failure is asked again', async (t) => {
  const { stub, read } = await aws(t);
  stub.secrets.set('fargazer/all', { text: '{"a":"1 and more","b":"2 and more"}' });
  stub.fail('AccessDeniedException');
  await refusal(read('secretsmanager:fargazer/all#a'));
  await Promise.all([read('secretsmanager:fargazer/all#a'), read('secretsmanager:fargazer/all#b'), read('secretsmanager:fargazer/all')]);
  assert.equal(stub.requests.length, 2);
});

test('Parameter Store gives the decrypted value', async (t) => {
  const { stub, read } = await aws(t);
  stub.parameters.set('/fargazer/slack', 'the value');
  assert.equal(await read('ssm:/fargazer/slack'), 'the value');
  assert.deepEqual(stub.requests.map(({ operation, input, region }) => ({ operation, input, region })), [{ operation: 'AmazonSSM.GetParameter', input: { Name: '/fargazer/slack', WithDecryption: true }, region: 'eu-west-1' }]);
});

test('an ARN is asked for in its own region', async (t) => {
  const { stub, read } = await aws(t);
  const arn = 'arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:fargazer-AbCdEf';
  stub.secrets.set(arn, { text: 'from Tokyo' });
  assert.equal(await read(`secretsmanager:${arn}`), 'from Tokyo');
  assert.equal(stub.requests[0]?.region, 'ap-northeast-1');
});

test('without any region the sentence says so', async (t) => {
  const saved = { AWS_REGION: process.env['AWS_REGION'], AWS_DEFAULT_REGION: process.env['AWS_DEFAULT_REGION'] };
  t.after(() => {
    for (const [name, value] of Object.entries(saved)) if (value !== undefined) process.env[name] = value;
  });
  for (const name of Object.keys(saved)) delete process.env[name];
  assert.match(await refusal(secretReader({ credentials }).read({ store: 'ssm', name: '/x' })), /Set AWS_REGION/);
});

const failures: readonly [type: string, says: RegExp][] = [
  ['AccessDeniedException', /this role may not read the secret fargazer\/slack in eu-west-1 \(AccessDeniedException\)\. Grant secretsmanager:GetSecretValue, and kms:Decrypt/],
  ['DecryptionFailure', /cannot be decrypted \(DecryptionFailure\)\. Grant kms:Decrypt/],
  ['ExpiredTokenException', /credentials of AWS have expired/],
  ['InvalidRequestException', /is to be deleted/],
  ['ThrottlingException', /Start again in a minute/],
  ['InternalServiceError', /could not be read from eu-west-1 \(InternalServiceError\)/],
  ['broken', /could not be read from eu-west-1/],
];
for (const [type, says] of failures) {
  test(`${type} is told with its cure, and without what AWS says itself`, async (t) => {
    const { stub, read } = await aws(t);
    stub.secrets.set('fargazer/slack', { text: 'never shown' });
    stub.fail(type);
    const message = await refusal(read('secretsmanager:fargazer/slack'));
    assert.match(message, says);
    assert.doesNotMatch(message, /not \{/);
  });
}

test('what is missing is told with its name and region', async (t) => {
  const { read } = await aws(t);
  assert.match(await refusal(read('secretsmanager:fargazer/none')), /^eu-west-1 has no secret fargazer\/none \(ResourceNotFoundException\)\. Make it/);
  assert.match(await refusal(read('ssm:/fargazer/none')), /^eu-west-1 has no parameter \/fargazer\/none \(ParameterNotFound\)/);
});

test('a failure that passes is waited out', async (t) => {
  const { stub, read } = await aws(t, 3);
  stub.parameters.set('/x', 'the value');
  stub.fail('ThrottlingException');
  assert.equal(await read('ssm:/x'), 'the value');
  assert.equal(stub.requests.length, 2);
});

test('JSON that lacks the key, or is none, is told without any of it', async (t) => {
  const { stub, read } = await aws(t);
  stub.secrets.set('plain', { text: 'hunter2-hunter2' });
  stub.secrets.set('json', { text: '{"other":"hunter2-hunter2","deep":{"x":1},"__proto__":1}' });
  stub.secrets.set('bytes', { binary: Buffer.from([0xff, 0x00]) });
  for (const text of ['secretsmanager:plain#key', 'secretsmanager:json#key', 'secretsmanager:json#deep', 'secretsmanager:json#toString', 'secretsmanager:bytes']) {
    const error: unknown = await read(text).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof FargazerError && error.code === 'secret-unreadable', text);
    assert.doesNotMatch(inspect(error, { depth: 5 }), /hunter2/, text);
  }
});

test('a secret shows nothing of itself however it is shown', () => {
  const secret = new Secret('hunter2');
  for (const shown of [String(secret), `${secret as unknown as string}`, JSON.stringify({ secret }), inspect({ secret }, { showHidden: true, depth: 5 }), JSON.stringify(Object.entries(secret)), structuredCloneText(secret)]) {
    assert.doesNotMatch(shown, /hunter2/);
  }
  assert.equal(secret.expose(), 'hunter2');
});

function structuredCloneText(value: unknown): string {
  return JSON.stringify(structuredClone(value));
}

test('known secrets are taken out of texts, in the forms in which errors repeat them', async (t) => {
  const { stub, reader, read } = await aws(t);
  stub.parameters.set('/hook', 'https://hooks.example.com/services/T000/B000/abcDEF123456ghiJKL789012?sig=t0k3n+t0k3n+t0k3n+t0k3n');
  stub.parameters.set('/short', 'abc');
  await read('ssm:/hook');
  await read('ssm:/short');
  reader.add('pass word/+');
  const shown = reader.redact('GET /services/T000/B000/abcDEF123456ghiJKL789012?sig=t0k3n+t0k3n+t0k3n+t0k3n failed; https://hooks.example.com/services/T000/B000/abcDEF123456ghiJKL789012?sig=t0k3n+t0k3n+t0k3n+t0k3n; …/abcDEF123456ghiJKL789012 and sig t0k3n t0k3n t0k3n t0k3n; pass%20word%2F%2B; pass word/+; abc');
  assert.doesNotMatch(shown, /t0k3n|abcDEF|pass.{1,3}word/);
  assert.match(shown, /\[secret\]/);
  assert.match(shown, /; abc$/);
});
