/** The Alertmanager sink over time: what it sends again, what it lets end, to whom; and against a real Alertmanager where there is one. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SinkError, type Clock } from '#contract';
import { alertmanager } from '../../src/alerting/sinks/alertmanager/index.ts';
import { alertmanagerOptions } from '../../src/alerting/sinks/alertmanager/options.ts';
import { postedAlert, type PostedAlert } from '../../src/alerting/sinks/alertmanager/posted-alert.ts';
import { anAlert } from './alert.ts';
import { hostileStrings } from './hostile.ts';
import { openAlertmanager, type MachineService } from './stand-ins/machine-services.ts';

/** A clock whose sleepers wake when the test says so; `settled` waits until one sleeps. */
function heldClock(startMs: number): Clock & { advance(ms: number): Promise<void>; settled(): Promise<void> } {
  let nowMs = startMs;
  let wake: (() => void) | undefined;
  let asleep = Promise.withResolvers<void>();
  return {
    now: () => nowMs,
    sleep: (_, signal) => new Promise((resolve) => {
      wake = resolve;
      signal?.addEventListener('abort', () => resolve());
      asleep.resolve();
    }),
    settled: () => asleep.promise,
    async advance(ms) {
      await asleep.promise;
      nowMs += ms;
      asleep = Promise.withResolvers();
      wake?.();
      await asleep.promise;
    },
  };
}

const startMs = Date.parse('2026-03-04T18:20:00Z');
const bodies = (service: MachineService): PostedAlert[][] => service.taken.map((body) => JSON.parse(body) as PostedAlert[]);

describe('alertmanager', () => {
  async function open(t: TestContext, count = 1): Promise<{ services: MachineService[]; clock: ReturnType<typeof heldClock>; sink: ReturnType<typeof alertmanager> }> {
    const services = await Promise.all(Array.from({ length: count }, () => openAlertmanager()));
    const clock = heldClock(startMs);
    const sink = alertmanager({ url: services.map(({ http }) => http.origin), allowPrivate: true, timeoutMs: 2_000 }, { clock });
    t.after(async () => {
      await sink.close?.();
      await Promise.all(services.map((service) => service.close()));
    });
    return { services, clock, sink };
  }

  test('sends what fires again, each time with a later end', async (t) => {
    const { services: [service], clock, sink } = await open(t);
    assert.ok(service);
    await sink.send(anAlert());
    await clock.advance(60_000);
    await clock.advance(60_000);
    const sent = bodies(service).flat();
    assert.deepEqual(sent.map(({ endsAt }) => endsAt), ['2026-03-04T19:20:00.000Z', '2026-03-04T19:21:00.000Z', '2026-03-04T19:22:00.000Z']);
    assert.equal(new Set(sent.map(({ labels }) => JSON.stringify(labels))).size, 1);
    assert.deepEqual(sent[0]?.labels, {
      alertname: 'egress-volume', severity: 'high', kind: 'service', name: 'checkout', account: '123456789012', region: 'eu-west-1', cluster: 'shop', container: 'app',
      task: '0123456789abcdef0123456789abcdef', object: '203.0.113.77:443',
    });
  });

  test('sends what is over for five more minutes, with the end it had', async (t) => {
    const { services: [service], clock, sink } = await open(t);
    assert.ok(service);
    await sink.send(anAlert());
    await sink.send(anAlert({ status: 'resolved', revision: 3 }));
    for (let minute = 0; minute < 8; minute += 1) await clock.advance(60_000);
    const sent = bodies(service).flat();
    assert.equal(sent.length, 2 + 5);
    assert.ok(sent.slice(1).every(({ endsAt }) => endsAt === '2026-03-04T18:19:00.000Z'));
  });

  test('ends what an alert was before its severity grew', async (t) => {
    const { services: [service], sink } = await open(t);
    assert.ok(service);
    await sink.send(anAlert({ revision: 1 }));
    await sink.send(anAlert({ revision: 2, count: 9 }));
    await sink.send(anAlert({ revision: 3, severity: 'critical', lastSeen: '2026-03-04T18:19:30.000Z' }));
    assert.deepEqual(bodies(service).map((alerts) => alerts.map(({ labels, endsAt }) => [labels['severity'], endsAt])), [
      [['high', '2026-03-04T19:20:00.000Z']], [['high', '2026-03-04T19:20:00.000Z']], [['high', '2026-03-04T18:19:30.000Z'], ['critical', '2026-03-04T19:20:00.000Z']],
    ]);
  });

  test('tells all members of a cluster, and is content when one took it', async (t) => {
    const { services, clock, sink } = await open(t, 2);
    const [first, second] = services;
    assert.ok(first && second);
    first.http.fault = { status: 503 };
    await sink.send(anAlert());
    assert.deepEqual([first.taken.length, second.taken.length], [0, 1]);
    first.http.fault = undefined;
    await clock.advance(60_000);
    assert.deepEqual([first.taken.length, second.taken.length], [1, 2]);
    for (const { http } of services) http.fault = { status: 400, body: 'bad' };
    first.http.fault = { status: 500 };
    await assert.rejects(sink.send(anAlert()), (error: unknown) => error instanceof SinkError && error.isRetryable);
  });

  test('keeps identity out of what changes, and tells long objects apart', () => {
    const labels = (changes: object): string => JSON.stringify(postedAlert(anAlert(changes), startMs).labels);
    const grown = { revision: 7, count: 99, lastSeen: '2026-03-04T18:59:00.000Z', title: 'other', summary: 'other', status: 'resolved', evidence: { ...anAlert().evidence, observed: 7 } };
    assert.equal(labels(grown), labels({}));
    assert.notEqual(labels({ object: `${'x'.repeat(500)}a` }), labels({ object: `${'x'.repeat(500)}b` }));
  });

  test('sends 2,000 hostile strings that all are taken', async (t) => {
    const { services: [service], sink } = await open(t);
    assert.ok(service);
    const strings = hostileStrings(2_000);
    for (let at = 0; at < strings.length; at += 10) {
      const [a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = '', i = '', j = ''] = strings.slice(at, at + 10);
      await sink.send(anAlert({ id: `a${at}`, detector: `d${a}`, title: b, summary: c, object: d, attack: [e], entity: { ...anAlert().entity, name: f, container: g, cluster: h }, explanation: { history: i, quiet: j, lookFirst: a } }));
    }
    assert.equal(service.taken.length, 200);
  });

  test('does not take one address twice as a list of none', () => {
    assert.equal(alertmanagerOptions.safeParse({ url: [] }).success, false);
    assert.equal(alertmanagerOptions.safeParse({ url: 'ftp://x' }).success, false);
    assert.equal(alertmanagerOptions.parse({ url: 'http://alertmanager.internal:9093' }).staleMs, 3_600_000);
  });
});

const binary = ['/usr/bin/prometheus-alertmanager', '/usr/local/bin/alertmanager', '/usr/bin/alertmanager'].find((path) => existsSync(path));

describe('a real Alertmanager', { skip: binary === undefined ? 'there is none on this machine' : false }, () => {
  const freePort = (): Promise<number> => new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

  async function start(t: TestContext): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'fargazer-alertmanager-'));
    await writeFile(join(folder, 'config.yml'), 'route:\n  receiver: none\nreceivers:\n  - name: none\n');
    const origin = `http://127.0.0.1:${await freePort()}`;
    const child = spawn(binary ?? '', [`--config.file=${join(folder, 'config.yml')}`, `--storage.path=${folder}`, `--web.listen-address=${origin.slice(7)}`, '--cluster.listen-address='], { stdio: 'ignore' });
    t.after(async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true });
    });
    for (let tries = 0; tries < 200; tries += 1) {
      if (await fetch(`${origin}/-/ready`).then(({ ok }) => ok, () => false)) return origin;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('Alertmanager did not start');
  }

  test('shows what fires, forgets what is over, and takes hostile text', async (t) => {
    const origin = await start(t);
    const sink = alertmanager({ url: origin, allowPrivate: true });
    t.after(() => sink.close?.());
    const shown = async (): Promise<(PostedAlert & { status: { state: string } })[]> => (await fetch(`${origin}/api/v2/alerts`)).json() as Promise<(PostedAlert & { status: { state: string } })[]>;
    await sink.send(anAlert());
    await sink.send(anAlert({ revision: 3 }));
    const [alert, ...rest] = await shown();
    assert.ok(alert !== undefined && rest.length === 0);
    assert.equal(alert.labels['name'], 'checkout');
    assert.equal(alert.annotations['summary'], 'checkout sent 41 MB to an address it never used');
    assert.equal(alert.startsAt, '2026-03-04T18:15:00.000Z');
    assert.match(alert.status.state, /^(?:active|unprocessed)$/);
    await sink.send(anAlert({ revision: 4, status: 'resolved' }));
    assert.deepEqual(await shown(), []);
    for (const [index, text] of hostileStrings(300).entries()) await sink.send(anAlert({ id: `h${index}`, object: text, title: text, entity: { ...anAlert().entity, name: `n${index}${text}` } }));
    assert.equal((await shown()).length, 300);
  });
});
