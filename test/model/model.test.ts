/** Every interleaving of a few steps of lanes, rounds, closers, splits, merges, deaths and repeats keeps what E17 promises. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasPassed, laneAfter, newLane } from '../../src/engine/rounds.ts';
import { consumer, type Size } from './consumer.ts';
import { explore } from './explore.ts';
import type { Rules } from './rules.ts';

/** Each small in another way; what is left out of one is in another. */
const sizes = {
  'one shard, whose readers are given up and read again': { shards: 1, records: [0, 0], rounds: 2, faults: 1 },
  'two shards': { shards: 2, records: [0], rounds: 2 },
  'two shards, a fault': { shards: 2, records: [0, 8], rounds: 2, faults: 1, isComplete: true, batch: 9 },
  'a split at any time': { shards: 1, records: [4], rounds: 2, splits: 1 },
  'a split, records one by one': { shards: 1, records: [0, 4], rounds: 2, splits: 1, isComplete: true, batch: 1 },
  'a split, three rounds': { shards: 1, records: [0, 4], rounds: 3, splits: 1, isComplete: true, batch: 9 },
  'a shard that splits before anything is put into it': { shards: 1, records: [0], rounds: 2, splits: 2, isComplete: true, batch: 9 },
  'a merge, three rounds': { shards: 2, records: [0, 8], rounds: 3, merges: 1, isComplete: true, batch: 9 },
  'a merge and a fault': { shards: 2, records: [8], rounds: 2, merges: 1, faults: 1, isComplete: true, batch: 9 },
  // The one history that shows it: all of them are more than a million states.
  'lanes that are read one after the other': { shards: 2, records: [0], rounds: 2, splits: 1, batch: 1, readsSlowly: true, begun: ['round', 'tick 0', 'put 0', 'tick 1', 'split 0', 'round', 'tick 1', 'tick 2', 'tick 3'] },
} satisfies Record<string, Size>;

/** Too many for every day: with `RUNS` set, as the long runs do. */
const longSizes: Record<string, Size> = {
  'a split and a fault': { shards: 1, records: [0, 4], rounds: 2, splits: 1, faults: 1, isComplete: true, batch: 9 },
  'two shards, a fault, records one by one': { shards: 2, records: [0, 8], rounds: 2, faults: 1, isComplete: true, batch: 1 },
  'a split of two shards read one after the other': { shards: 2, records: [0], rounds: 2, splits: 1, isComplete: true, batch: 1, readsSlowly: true },
};

const isLong = process.env['RUNS'] !== undefined;

for (const [title, size] of Object.entries<Size>({ ...sizes, ...(isLong ? longSizes : {}) })) {
  test(`every record is walked once, in its round, and every round closes: ${title}`, (context) => {
    const { states, ends, violation } = explore(consumer(size));
    context.diagnostic(`${states} states, ${ends} ends`);
    assert.equal(violation, undefined);
    assert.ok(states > 1_000 && ends > 0, `only ${states} states and ${ends} ends were looked at`);
  });
}

/** Wrong rules, the size that shows each, and what of it is said. */
const wrongs: Record<string, [wrong: Partial<Rules>, size: keyof typeof sizes, said: RegExp]> = {
  'a lane is written whatever stands there': [{ isLaneConditional: false }, 'one shard, whose readers are given up and read again', /only 0 of 2 rounds are closed|was never walked/],
  'a walk is saved whatever stands there': [{ isCloserConditional: false }, 'two shards', /was closed after round/],
  'closed shards are not waited for': [
    { hasPassed: (number, rounds, lanes, { shards }) => hasPassed(number, new Map([...rounds].map(([key, round]) => [key, { ...round, shards: round.shards.filter((shard) => !shards[Number(shard)]!.isClosed) }])), lanes) },
    'a split, three rounds',
    /was closed without record/,
  ],
  'lanes that have not begun are not waited for': [
    { hasPassed: (number, rounds, lanes) => [...rounds.values()].some((round) => round.number >= number && round.shards.every((shard) => (lanes.get(shard)?.round ?? Infinity) >= round.number)) },
    'two shards',
    /was closed without record/,
  ],
  'a later round does not help': [{ hasPassed: (number, rounds, lanes) => rounds.get(number)?.shards.every((shard) => (lanes.get(shard)?.round ?? 0) >= number) ?? false }, 'a split, three rounds', /rounds are closed/],
  'contributions go a round too early': [{ pruneBelow: (closed) => closed + 1 }, 'one shard, whose readers are given up and read again', /was deleted before it was walked/],
  'a child begins behind no tick': [{ begin: () => newLane }, 'a split, three rounds', /was closed without record|was deleted/],
  'a child looks no further back than its parents': [
    { begin: ({ shards, lanes }, shard) => laneAfter(shards[shard]!.parents.flatMap((parent) => lanes[parent] ?? [])) },
    'a shard that splits before anything is put into it',
    /was closed without record|was deleted/,
  ],
  'what a round holds is read from the lanes that showed it passed': [{ readsLanesAgain: false }, 'lanes that are read one after the other', /was never walked/],
  'who reads a batch again closes nothing': [{ repeatsClose: false }, 'one shard, whose readers are given up and read again', /rounds are closed/],
};

for (const [title, [wrong, size, said]] of Object.entries(wrongs)) {
  test(`the model shows what goes wrong when ${title}`, () => {
    const { violation } = explore(consumer(sizes[size], wrong));
    assert.match(violation?.message ?? 'nothing', said);
  });
}
