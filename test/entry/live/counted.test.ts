/** What a round's closer reads and writes follows what sent since the round before, not what exists. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerInsightsLine, defaultLatenessMs, fireLensLine, flowLine } from '#contract';
import type { MakeWalk } from '../../../src/entry/program/engine.ts';
import { closeRounds } from '../../../src/entry/program/live/closer.ts';
import { closedRound } from '../../../src/entry/program/live/passed.ts';
import { applyBatch } from '../../../src/entry/program/live/lane.ts';
import { beginRound } from '../../../src/entry/program/live/schedule.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { finders, walkOf } from '../../engine/watching.ts';
import { counted, type Counts } from '../../support/live/counted.ts';
import { startMs, tickText } from '../../support/live/recording.ts';
import { alerting, decode } from '../../support/live/whole.ts';

/** They learn everything and find nothing: what alerts leave in the state is not what is counted here. */
const learners = finders.map((detector) => ({ ...detector, judge: () => undefined }));
const makeWalk: MakeWalk = (run, state, lateness) => walkOf(learners, { ...run, ...(lateness === undefined ? {} : { lateness }) }, state);

/** Rounds far apart: who was silent for an hour is watched no more. */
const roundMs = 30 * 60_000;
const quietRounds = 4;
/** A task known by its name, what its service uses to send, a place in the index of packs. */
const mostBytesPerService = 100;

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
    assert.equal(closed, 1);
  }
  return store.takeCounts();
}

test('with ten times as many services in the state a closer asks the store for no more', async (context) => {
  const few = await countsOf(50, 5);
  const many = await countsOf(500, 5);
  const busy = await countsOf(500, 50);
  for (const [what, counts] of Object.entries({ '5 of 50 send': few, '5 of 500 send': many, '50 of 500 send': busy })) context.diagnostic(`${what}: ${JSON.stringify(counts)}`);
  for (const what of ['items', 'lists', 'partsRead', 'commits', 'partsWritten', 'deleted'] as const) assert.equal(many[what], few[what], what);
  for (const what of ['bytesRead', 'bytesWritten'] as const) assert.ok(many[what] - few[what] < 450 * mostBytesPerService, `${what}: ${many[what] - few[what]} bytes for 450 services`);
  assert.ok(busy.partsWritten > many.partsWritten, 'who sends is not written');
});
