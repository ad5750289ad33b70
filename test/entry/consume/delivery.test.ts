/** Deliveries through everything that goes wrong at once: receivers that fail, hang and go away, and a process that is killed again and again. */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Alert, Notification } from '#contract';
import { deliveryKey, readDelivery } from '../../../src/alerting/dispatch/index.ts';
import { Checkpoint } from '../../../src/engine/checkpoint.ts';
import { kindsByName } from '../../../src/entry/program/engine.ts';
import { embeddedStore } from '../../../src/stores/embedded/index.ts';
import { anAlert } from '../../alerting/alert.ts';
import { anIncident, aNotification } from '../../alerting/message/stories.ts';
import type { ChildSettings } from '../../support/delivery/child.ts';
import { moodyReceiver, type MoodyReceiver } from '../../support/delivery/moody-receiver.ts';
import { seeded } from '../../support/flood.ts';
import { makeWalk } from '../../support/live/whole.ts';

const alertCount = 1_000;
const incidents = 100;
const kills = 10;
/** A minute of the consumer's clock is a third of a second; code and waits are those of production. */
const speed = 200;
const minuteMs = 60_000 / speed;

/** The step of an incident that a number is: 1 to 10. */
const stepOf = (at: number): number => 1 + Math.floor(at / incidents);

function alertAt(at: number): Alert {
  return anAlert({ id: `alert-${at % incidents}`, revision: stepOf(at), incident: `incident-${at % incidents}` });
}

function notificationAt(at: number): Notification {
  const key = createHash('sha256').update(String(at % incidents)).digest('hex').slice(0, 32);
  const told = anIncident([anAlert({ id: key, title: `service-${at % incidents} did step ${stepOf(at)} of a story` })]);
  return aNotification([told], { key, sequence: stepOf(at), receiver: 'people', reason: stepOf(at) === 1 ? 'first notification' : 'new alerts added' });
}

/** What a consumer would have saved: alerts and notifications in twenty steps. */
async function saveAll(folder: string): Promise<void> {
  const store = embeddedStore(folder);
  const walk = makeWalk({ teaching: {} });
  const checkpoint = await Checkpoint.open(store, kindsByName);
  for (let from = 0; from < alertCount; from += alertCount / 20) {
    const numbers = Array.from({ length: alertCount / 20 }, (_, index) => from + index);
    assert.notEqual(await checkpoint.save(walk, { alerts: numbers.map(alertAt), notifications: numbers.map(notificationAt) }), undefined);
  }
  await store.close();
}

function start(settings: ChildSettings): ChildProcess {
  return fork(join(import.meta.dirname, '../../support/delivery/child.ts'), [JSON.stringify(settings)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: ['--disable-warning=ExperimentalWarning'] });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** First arrivals in order within each incident, and repeats that are what came before. */
function assertWhole({ taken }: MoodyReceiver, name: string): number {
  const first = new Map<string, string>();
  const steps = new Map<string, number>();
  let repeats = 0;
  for (const { id, body } of taken) {
    const before = first.get(id);
    if (before !== undefined) {
      repeats += 1;
      assert.equal(body, before, `${name}: ${id} came again as something else`);
      continue;
    }
    first.set(id, body);
    const [, incident = '', step = ''] = /^(.*)_(\d+)$/.exec(id) ?? [];
    assert.equal(Number(step), (steps.get(incident) ?? 0) + 1, `${name}: ${id} came before one that was before it`);
    steps.set(incident, Number(step));
  }
  assert.equal(first.size, alertCount, `${name}: not everything arrived`);
  return repeats;
}

test('1,000 alerts and 1,000 messages arrive, in order per incident, through failing receivers and ten kills', { timeout: 240_000 }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-delivery-'));
  const random = seeded(20_260_305);
  const hook = await moodyReceiver({ random, downAfter: 400, downMs: minuteMs, idOf: ({ headers }) => String(headers['webhook-id']) });
  const chat = await moodyReceiver({
    random, downAfter: 700, downMs: minuteMs,
    // Slack's webhooks know no id: what the message says is all there is.
    idOf: (_request, body) => (/service-\d+ did step \d+/.exec(body)?.[0] ?? body).replace(' did step ', '_'),
  });
  let child: ChildProcess | undefined;
  context.after(async () => {
    if (child !== undefined) await kill(child);
    await Promise.all([hook.close(), chat.close()]);
    rmSync(folder, { recursive: true });
  });
  await saveAll(folder);
  const settings: ChildSettings = { folder, webhookUrl: hook.url, slackUrl: chat.url, speed, epochMs: Date.now(), timeoutMs: 250 };
  const arrived = (): number => new Set(hook.taken.map(({ id }) => id)).size + new Set(chat.taken.map(({ id }) => id)).size;
  // At ten random places of the whole way, each behind the one before it.
  const deaths = Array.from({ length: kills }, () => Math.floor(random() * alertCount * 1.9)).toSorted((left, right) => left - right);
  const beganMs = performance.now();
  let stderr = '';
  for (const death of [...deaths, 2 * alertCount]) {
    child = start(settings);
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    while (arrived() < death || hook.met.taken + chat.met.taken === 0) {
      assert.equal(child.exitCode, null, `the consumer ended by itself: ${stderr.slice(-2_000)}`);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    if (death < 2 * alertCount) await kill(child);
  }
  // What arrived last is noted a moment later.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await kill(child!);
  const repeats = { webhook: assertWhole(hook, 'webhook'), slack: assertWhole(chat, 'slack') };
  const store = embeddedStore(folder);
  for (const name of ['webhook', 'slack']) {
    const item = await store.item(deliveryKey(name));
    assert.equal(item === undefined ? 0 : readDelivery(item).givenUp, 0, `${name} gave something up`);
  }
  await store.close();
  for (const { met } of [hook, chat]) for (const count of Object.values(met)) assert.ok(count > 0, JSON.stringify(met));
  context.diagnostic(`webhook ${JSON.stringify(hook.met)}, slack ${JSON.stringify(chat.met)}; repeats ${JSON.stringify(repeats)}; ${kills} kills; ${((performance.now() - beganMs) / 1_000).toFixed(1)} s`);
});
