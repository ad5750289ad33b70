/** What a running consumer says of itself holds neither telemetry nor secrets: not its log, not its metrics, not its health. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { cloudTrailRecord, fireLensLine, flowLine, resolverLine, taskId } from '#contract';
import { localStream } from '../../../scripts/live/local-stream.ts';
import { until } from '../../support/live/consuming.ts';
import { emptyFolder, startConsume } from '../../support/live/process.ts';
import { startMs, tickText } from '../../support/live/recording.ts';

/** Words that stand in records and in the configuration, and nowhere else. */
const content = 'kanarienvogel';
const secret = 'zeisig4711geheim';
const signing = `whsec_${Buffer.from(secret.repeat(2)).toString('base64')}`;

test('neither a word of the records nor a secret of the configuration is said in the log, in metrics or in health', { timeout: 90_000 }, async (context) => {
  // A receiver that fails, so that trouble is told of too.
  const asked: string[] = [];
  const receiver = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(500).end(`${content} ${secret}`);
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()));
  context.after(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  const folder = emptyFolder(context);
  const stream = await localStream('telemetry', 1);
  context.after(() => stream.close());

  const minute = 60_000;
  const lines: string[] = [];
  const service = `${content}-shop`;
  for (let at = 0; at < 40; at += 1) {
    const timeMs = startMs + at * minute + 5_000;
    lines.push(fireLensLine({ at: timeMs, service, task: 1, log: `GET /${content}/cart took 12 ms password=${content}` }));
    lines.push(flowLine({ at: timeMs, service, task: 1, to: '203.0.113.77', port: 443, bytes: 1_000 }));
    lines.push(resolverLine({ at: timeMs, task: 1, name: `${content}.example.com`, answers: ['203.0.113.77'] }));
    lines.push(JSON.stringify({ unknown: content, at }), `${content} is no record`, '{"cut":"'.concat(content));
    if (at > 30) lines.push(cloudTrailRecord({ at: timeMs, id: `${content}-${at}`, role: content, source: 'iam.amazonaws.com', name: 'CreateAccessKey' }), fireLensLine({ at: timeMs, service, task: 1, log: `ERROR ${content} ${at} was never seen` }));
    if (at % 5 === 4) lines.push(tickText(at, startMs + (at + 1) * minute));
  }
  lines.push(tickText(90, startMs + 90 * minute));
  await stream.put(lines.map((text) => ({ content: Buffer.from(text), share: 0 })));

  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook?token=${secret}`;
  const run = startConsume(context, {
    folder,
    environment: { AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: `${secret}-session`, FARGAZER_DEBUG: '1' },
    config: {
      sources: [{ kinesis: { stream: 'telemetry', region: 'eu-west-1', endpoint: stream.endpoint, start: 'trim-horizon', pollMs: 1_000 } }],
      store: { embedded: { folder: join(folder, 'state') } },
      sinks: { jsonl: {}, webhook: { url, secret: signing, allowPrivate: true } },
      clock: 'ticks',
      learnFor: '20m',
      checkpointEvery: '1s',
      http: { address: '127.0.0.1:0' },
    },
  });
  await until('an alert is delivered, and the failing receiver asked', () => (run.alerts().length > 0 && asked.length > 0) || run.child.exitCode !== null, 60_000);
  assert.equal(run.child.exitCode, null, run.errors());
  await until('the receiver is told to fail', async () => (await run.get('/healthz')).includes('webhook'));
  const told = [await run.get('/healthz'), await run.get('/readyz'), await run.get('/metrics')];
  run.child.kill('SIGTERM');
  assert.equal(await run.ended, 0, run.errors());

  assert.ok(run.out().includes(content), 'alerts themselves tell what was seen');
  assert.ok(asked.some((path) => path.includes(secret)), 'the secret was used');
  for (const text of [...told, run.errors()]) {
    for (const word of [content, secret, signing.slice(6), '203.0.113.77', taskId(1)]) assert.ok(!text.includes(word), `${word} was said: ${text.slice(Math.max(0, text.indexOf(word) - 200), text.indexOf(word) + 100)}`);
  }
  assert.match(run.errors(), /"event":"step-saved"|"event":"alert-raised"/);
});
