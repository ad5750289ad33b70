/** What a round's closer reads and writes follows what sent since the round before, not what exists. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerInsightsLine, defaultLatenessMs, fireLensLine, flowLine } from '#contract';
import { closedRound, closeRounds } from '/work/main/src/entry/program/live/closer.ts';
import { applyBatch } from '/work/main/src/entry/program/live/lane.ts';
import { beginRound } from '/work/main/src/entry/program/live/schedule.ts';
import { memoryStore } from '/work/main/src/stores/memory/index.ts';
import { counted, type Counts } from '/work/main/test/support/live/counted.ts';
import { startMs, tickText } from '/work/main/test/support/live/recording.ts';
import { alerting, decode, makeWalk } from '/work/main/test/support/live/whole.ts';

const roundMs = 10 * 60_000;
/** Who was silent for an hour is watched no more; flows and metrics are late by minutes. */
const quietRounds = 9;

/** The last round's counts, after all services sent once and some of them ever since. */
async function countsOf(services: number, sending: number): Promise<Counts> {
  const store = counted(memoryStore());
  let sequence = 0;
  const apply = async (texts: readonly string[], arrivalMs: number): Promise<void> => {
    const records = texts.map((text) => ({ sequence: `${(sequence += 1)}`.padStart(8, '0'), content: Buffer.from(text), arrivalMs }));
    await applyBatch('shard', records, { store, lateness: defaultLatenessMs, decode, parentsOf: async () => [], closedRound: () => closedRound(store), hasTime: () => true });
  };
  for (let round = 0; round <= quietRounds; round += 1) {
    const fromMs = startMs + round * roundMs;
    const texts = Array.from({ length: round === 0 ? services : sending }, (_, index) => {
      const of = { service: `service-${index}`, task: index + 1 };
      return [
        ...Array.from({ length: 5 }, (_unused, minute) => fireLensLine({ ...of, at: fromMs + minute * 60_000, log: 'GET /cart took 12 ms' })),
        containerInsightsLine({ ...of, at: fromMs + 60_000, cpu: 2, memory: 100 }),
        flowLine({ ...of, at: fromMs + 120_000, to: '52.1.2.3', port: 443, bytes: 1_000 }),
      ];
    }).flat();
    await apply(texts, fromMs + 300_000);
    const { number, timeMs } = await beginRound({ store, openShards: async () => ['shard'], putTick: async () => undefined, nowMs: fromMs + roundMs });
    await apply([tickText(number, timeMs)], timeMs);
    store.takeCounts();
    const { closed } = await closeRounds({ makeWalk, alerting, store, hasTime: () => true });
    assert.equal(closed, 1); console.log(round, JSON.stringify(store.takeCounts()), performance.now() | 0);
  }
  return store.takeCounts();
}

for (const n of process.argv.slice(2).map(Number)) { const t = process.cpuUsage(); const c = await countsOf(n, 5); const u = process.cpuUsage(t); console.log(n, JSON.stringify(c), (u.user + u.system) / 1e3 | 0, 'ms cpu'); }
