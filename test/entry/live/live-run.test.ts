/** One process reading lanes for ever gives what a replay of the same records gives, wherever it is killed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, LiveBatch, Store } from '#contract';
import { LiveRun } from '../../../src/entry/program/live/live-run.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { numbers, recording, startMs, tickText, type Timed } from '../../support/live/recording.ts';
import { alerting, allPending, baselines, decode, lastOfEach, makeWalk, replayed, stored } from '../../support/live/whole.ts';

const minutes = 100;
const lanes = ['one', 'two', 'three'];
const learnForMs = 20 * 60_000;

/** What stands in each lane: its share of the records, and every tick. */
function spread(records: readonly Timed[], seed: number): { lanes: Map<string, string[]>; lastTickMs: number } {
  const next = numbers(seed);
  const content = new Map<string, string[]>(lanes.map((lane) => [lane, []]));
  let round = 0;
  let tickMs = startMs;
  const tick = (): void => {
    round += 1;
    tickMs += 60_000;
    for (const lane of content.values()) lane.push(tickText(round, tickMs));
  };
  for (const record of records) {
    while (record.timeMs >= tickMs + 60_000) tick();
    content.get(lanes[next(lanes.length)]!)!.push(record.text);
  }
  tick();
  return { lanes: content, lastTickMs: tickMs };
}

/** Reads lanes in batches of random length, and is killed now and then: what was not saved is gone. */
async function consumed(content: ReadonlyMap<string, readonly string[]>, store: Store, seed: number, killOneIn: number): Promise<Alert[]> {
  const next = numbers(seed + 1);
  for (;;) {
    const run = await LiveRun.open({ makeWalk, store, now: () => Date.now(), time: 'ticks', learnForMs, patienceMs: 600_000, decode, alerting });
    const at = new Map(lanes.map((lane) => [lane, (run.positions('source').get(lane) as number | null | undefined) ?? 0]));
    for (const lane of lanes) await run.take('source', { lane, records: [], position: at.get(lane)! });
    let isKilled = false;
    while (!isKilled) {
      const open = lanes.filter((lane) => at.get(lane)! < content.get(lane)!.length);
      if (open.length === 0) break;
      const lane = open[next(open.length)]!;
      const from = at.get(lane)!;
      const to = Math.min(content.get(lane)!.length, from + 1 + next(40));
      const batch: LiveBatch = { lane, records: content.get(lane)!.slice(from, to).map((text, index) => ({ content: Buffer.from(text), place: `${from + index}` })), position: to };
      await run.take('source', batch);
      at.set(lane, to);
      run.walkOn(next(3) === 0);
      if (next(4) === 0) await run.save();
      isKilled = killOneIn > 0 && next(killOneIn) === 0;
    }
    if (isKilled) continue;
    run.walkOn(true);
    await run.save();
    return allPending(run);
  }
}

test('lanes of ticks give the alerts and baselines of a replay, killed or not', async () => {
  let found = 0;
  for (let seed = 1; seed <= 12; seed += 1) {
    const records = recording(seed, 400, minutes);
    const { lanes: content, lastTickMs } = spread(records, seed);
    const whole = replayed(records, lastTickMs, learnForMs);
    const expected = lastOfEach(whole.state.episodes.alerts(-Infinity, true));
    const store = memoryStore();
    const alerts = await consumed(content, store, seed, seed % 3 === 0 ? 0 : 12);
    assert.deepEqual(lastOfEach(alerts), expected, `seed ${seed}`);
    assert.deepEqual(baselines(await stored(store)), baselines(whole), `seed ${seed}`);
    found += expected.length;
  }
  assert.ok(found > 500, `only ${found} alerts were compared`);
});
