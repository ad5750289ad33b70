/** The range marks rightly, its attacks take place by their own proof, and a quick run of it finds them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Alert } from '#contract';
import type { Attack } from './attack.ts';
import { attacks } from './attacks/index.ts';
import { benign } from './benign.ts';
import { runRange, type Item } from './run.ts';
import { report, scoreOf } from './score.ts';
import type { SeenAlert } from './sidecar.ts';
import { whyNoRange } from './task.ts';
import { buildWorld } from './world.ts';

const attack: Attack = { name: 'a scan', kind: 'network', concerns: /scan/, play: async () => 'it was played' };

function item(beganMs: number, which?: Attack): Item {
  return { name: which?.name ?? 'a reload', attack: which, size: 1, beganMs, truth: 'it was played', failure: undefined };
}

function seen(atMs: number, title: string, isUpdate = false): SeenAlert {
  return { atMs, isUpdate, alert: { id: title, detector: 'd', severity: 'high', title, summary: '', object: '', evidence: { observed: 1, expected: 0, unit: '', score: 1, records: [] } } as unknown as Alert };
}

describe('the marks of a run', () => {
  const items = [item(10_000), item(20_000, attack), item(30_000)];
  const marked = (alerts: readonly SeenAlert[]): ReturnType<typeof scoreOf> => scoreOf({ items, alerts, teachingEndsMs: 5_000 });

  test('an alert about the attack in its time finds it, with its delay', () => {
    const { found, falseAlarms, marks } = marked([seen(20_400, 'a scan of ports')]);
    assert.deepEqual([found, falseAlarms.length, marks[0]?.delayMs], [1, 0, 400]);
  });

  test('an alert about something else does not find it', () => {
    const { found, falseAlarms } = marked([seen(20_400, 'a new account')]);
    assert.deepEqual([found, falseAlarms.length], [0, 0]);
  });

  test('an update of an earlier alert finds nothing', () => {
    assert.equal(marked([seen(11_000, 'a scan of ports'), seen(20_400, 'a scan of ports', true)]).found, 0);
  });

  test('a little late still counts, much later is a false alarm', () => {
    const late = marked([seen(30_400, 'a scan of ports')]);
    assert.deepEqual([late.found, late.falseAlarms.length], [1, 0]);
    const later = marked([seen(32_000, 'a scan of ports')]);
    assert.deepEqual([later.found, later.falseAlarms.length], [0, 1]);
  });

  test('an alert in the teaching or during a benign behaviour is false', () => {
    assert.equal(marked([seen(1_000, 'a scan of ports'), seen(10_500, 'a scan of ports')]).falseAlarms.length, 2);
  });
});

test('there are at least 25 attacks and 15 benign behaviours, each with a name of its own', () => {
  assert.ok(attacks.length >= 25 && benign.length >= 15, `${attacks.length} attacks, ${benign.length} behaviours`);
  assert.equal(new Set([...attacks, ...benign].map(({ name }) => name)).size, attacks.length + benign.length);
});

const skip = whyNoRange();

test('attacks of every kind and all behaviours take place, by their own proof', { skip }, async () => {
  const range = await buildWorld({ seed: 3, receiver: 'forward', requestsPerSecond: 4 });
  try {
    const played = [...new Map(attacks.map((attack) => [attack.kind, attack])).values()];
    for (const { play } of played) assert.notEqual(await play(range), '');
    for (const { play } of benign) await play(range, 0.2);
    const { served, failed } = await range.outside.ask('clientCounts');
    assert.ok(served > 10 && failed < served / 10, `${served} requests were served, ${failed} failed`);
  } finally {
    range.stop();
  }
});

test('a quick run finds the attacks and stays quiet otherwise', { skip: skip === false && process.env['FARGAZER_RANGE'] === 'off' ? 'FARGAZER_RANGE=off' : skip }, async () => {
  const result = await runRange({
    seed: 7,
    hasPtrace: true,
    learnForMs: 20_000,
    program: 'sources',
    receiver: 'forward',
    benignTimes: 2,
    attackCount: 8,
    benignCount: 5,
    attackRestMs: 2_500,
    benignRestMs: 800,
    say: () => undefined,
  });
  const score = scoreOf(result);
  const said = report(result, score).join('\n');
  assert.deepEqual(score.failed, [], said);
  assert.ok(score.found >= 7, said);
  assert.deepEqual(score.falseAlarms.map(({ seen }) => seen.alert.title), [], said);
  assert.equal(result.ending.status, 0, `${said}\n${result.said}`);
});
