/** The HTTP server: what probes and scrapers get, and what nobody gets. */
import assert from 'node:assert/strict';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { FargazerError, type Health } from '#contract';
import { isLoopback } from '../../src/api/address.ts';
import { serve, type Server, type ServeSettings } from '../../src/api/index.ts';

const well: Health = {
  phase: 'running', troubles: [], waitingFor: [],
  lanes: [{ source: 'kinesis:shop', lane: 'shardId-000000000000', state: 'reading', behindMs: 1_200, sinceMs: Date.UTC(2026, 2, 4) }],
  store: { place: 'the folder state', state: 'working', savedMs: Date.UTC(2026, 2, 4) },
  sinks: [{ sink: 'sns', state: 'idle', pending: 0, deadLetters: 1 }],
  coverage: [{ feed: 'firelens', state: 'silent', services: 2 }],
};

async function open(context: TestContext, health: () => Health = () => well, changes: Partial<ServeSettings> = {}): Promise<Server> {
  const server = await serve({ address: { host: '127.0.0.1', port: 0 }, registry: { contentType: 'text/plain; version=0.0.4; charset=utf-8', metrics: async () => 'a_metric 1\n' }, health, ...changes });
  context.after(() => server.close());
  return server;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json(): Record<string, unknown>;
}

function ask({ address }: Server, path: string, { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: address.port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text) as Record<string, unknown> });
      });
    });
    sent.on('error', reject).end(body);
  });
}

test('healthz tells lanes, store, sinks and coverage', async (context) => {
  const { status, json } = await ask(await open(context), '/healthz');
  assert.equal(status, 200);
  assert.deepEqual(json(), {
    state: 'running', reasons: [],
    lanes: [{ source: 'kinesis:shop', lane: 'shardId-000000000000', state: 'reading', behindMs: 1_200, since: '2026-03-04T00:00:00.000Z' }],
    store: { place: 'the folder state', state: 'working', saved: '2026-03-04T00:00:00.000Z' },
    sinks: [{ sink: 'sns', state: 'idle', pending: 0, deadLetters: 1 }],
    coverage: [{ feed: 'firelens', state: 'silent', services: 2 }],
  });
});

test('healthz answers 503 with the reasons where it is not able, and where it cannot be told', async (context) => {
  let isBroken = false;
  const server = await open(context, () => {
    if (isBroken) throw new Error('secret inside');
    return { ...well, troubles: ['The store does not answer.'] };
  });
  const failing = await ask(server, '/healthz');
  assert.equal(failing.status, 503);
  assert.deepEqual([failing.json()['state'], failing.json()['reasons']], ['failing', ['The store does not answer.']]);
  isBroken = true;
  for (const path of ['/healthz', '/readyz']) {
    const { status, text } = await ask(server, path);
    assert.equal(status, 503);
    assert.ok(!text.includes('secret'));
  }
});

test('readyz is 200 only while running with nothing to wait for', async (context) => {
  let now: Health = { ...well, phase: 'starting', waitingFor: ['The lane a was not read yet.'] };
  const server = await open(context, () => now);
  const status = async (path: string): Promise<number> => (await ask(server, path)).status;
  assert.deepEqual([await status('/readyz'), await status('/healthz')], [503, 200]);
  assert.deepEqual((await ask(server, '/readyz')).json()['reasons'], ['The lane a was not read yet.']);
  now = well;
  assert.equal(await status('/readyz'), 200);
  now = { ...well, phase: 'stopping' };
  assert.deepEqual([await status('/readyz'), await status('/healthz')], [503, 200]);
});

test('metrics come with their content type, made once for all who ask at the same time', async (context) => {
  let made = 0;
  let give: (text: string) => void = () => undefined;
  const metrics = (): Promise<string> => {
    made += 1;
    return new Promise((resolve) => (give = resolve));
  };
  const server = await open(context, () => well, { registry: { contentType: 'text/plain; version=0.0.4; charset=utf-8', metrics } });
  const asked = [1, 2, 3].map(() => ask(server, '/metrics'));
  // All three have arrived once a fourth, that is answered at once, was answered after them on its own connection.
  while (made === 0) await ask(server, '/healthz');
  for (let round = 0; round < 5; round += 1) await ask(server, '/healthz');
  give('a_metric 1\n');
  const answers = await Promise.all(asked.map(async (answer) => {
    const { text, headers } = await answer;
    return [text, headers['content-type']];
  }));
  assert.deepEqual(answers, [1, 2, 3].map(() => ['a_metric 1\n', 'text/plain; version=0.0.4; charset=utf-8']));
  assert.equal(made, 1);
});

test('an answer that cannot be made shows nothing of the inside', async (context) => {
  const server = await open(context, () => well, { registry: { contentType: 'text/plain', metrics: () => Promise.reject(new Error('secret inside')) } });
  const { status, text } = await ask(server, '/metrics');
  assert.deepEqual([status, text], [500, '{"error":"The answer could not be made."}']);
  assert.equal((await ask(server, '/healthz')).status, 200);
});

test('every answer carries the headers that keep browsers out', async (context) => {
  const server = await open(context);
  for (const path of ['/healthz', '/metrics', '/nowhere', '/%ff', `/${'a'.repeat(3_000)}`]) {
    const { headers, status } = await ask(server, path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-powered-by'], undefined);
    assert.equal(headers['access-control-allow-origin'], undefined);
    if (!/^\/(?:healthz|metrics)$/.test(path)) assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
  }
});

test('refuses other methods, large bodies and large headers', async (context) => {
  const server = await open(context);
  const posted = await ask(server, '/healthz', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  assert.deepEqual([posted.status, posted.headers['allow']], [405, 'GET, HEAD']);
  assert.ok((await ask(server, '/healthz', { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': '5000' }, body: ' '.repeat(5_000) })).status >= 400);
  assert.equal((await ask(server, '/healthz', { headers: { 'x-long': 'a'.repeat(9_000) } })).status, 431);
  assert.equal((await ask(server, '/healthz', { method: 'HEAD' })).status, 200);
});

test('answers to names of this machine alone where it is bound to it', async (context) => {
  const server = await open(context);
  assert.equal((await ask(server, '/healthz', { headers: { host: 'attacker.example' } })).status, 421);
  for (const host of ['localhost', 'localhost:9464', '127.0.0.1:1', '[::1]:9464']) assert.equal((await ask(server, '/healthz', { headers: { host } })).status, 200, host);
  const everywhere = await open(context, () => well, { address: { host: '0.0.0.0', port: 0 } });
  assert.equal((await ask(everywhere, '/healthz', { headers: { host: 'task.internal' } })).status, 200);
  for (const host of ['127.9.9.9', '::1', 'a.localhost']) assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'localhost.example', '']) assert.ok(!isLoopback(host), host);
});

test('says so where it cannot listen, and leaves nothing open', async (context) => {
  const first = await open(context);
  const refused = async (address: ServeSettings['address'], words: RegExp): Promise<void> => {
    await assert.rejects(serve({ address, registry: { contentType: '', metrics: async () => '' }, health: () => well }), (error: unknown) => {
      assert.ok(error instanceof FargazerError && error.code === 'address-taken', String(error));
      assert.match(error.message, words);
      return true;
    });
  };
  await refused(first.address, /^The HTTP server cannot listen on 127\.0\.0\.1:\d+: another program listens there\. Nothing was read yet\./);
  await refused({ host: '192.0.2.1', port: 0 }, /this machine has no such address/);
});

test('closes at once, with connections that were left open', async (context) => {
  const server = await serve({ address: { host: '127.0.0.1', port: 0 }, registry: { contentType: '', metrics: async () => '' }, health: () => well });
  const idle = connect(server.address.port, '127.0.0.1');
  context.after(() => idle.destroy());
  await new Promise((done) => idle.once('connect', done));
  const ended = new Promise((done) => idle.once('close', done));
  idle.on('error', () => undefined).resume();
  await server.close();
  await ended;
  await assert.rejects(ask(server, '/healthz'));
});

test('shows what fails first, and counts what it leaves out', async (context) => {
  const lanes = Array.from({ length: 1_000 }, (_, at) => ({ source: 's', lane: `lane-${at}`, state: at === 999 ? ('failing' as const) : ('reading' as const) }));
  const told = (await ask(await open(context, () => ({ ...well, lanes })), '/healthz')).json();
  const shown = told['lanes'] as { lane: string }[];
  assert.deepEqual([shown.length, shown[0]?.lane, told['lanesLeftOut']], [200, 'lane-999', 800]);
});
