/** A lane's batch: lines are counted in the section they stand in, and late ones nowhere, also where the scan knows them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLatenessMs, fireLensLine } from '#contract';
import { openRecords } from '../../src/decode/record.ts';
import { LaneBatch } from '../../src/engine/lane-batch.ts';

const startMs = Date.UTC(2026, 0, 5, 8);
const line = (second: number): Buffer => Buffer.from(fireLensLine({ at: startMs + second * 1_000, service: 'cart', task: 1, log: 'GET /cart took 12 ms' }));

function counts(read: (take: (second: number) => void, batch: LaneBatch) => void): { after: number; lines: number; late: number }[] {
  const batch = new LaneBatch({ round: 0, tickMs: null }, defaultLatenessMs);
  const reader = openRecords({ file: 'shard', settings: {}, intake: batch.gate });
  batch.seen = () => ({ records: reader.reading.records, unreadable: 0 });
  read((second) => {
    batch.arrive(startMs + second * 1_000);
    reader.take(line(second), `${second}`, startMs + second * 1_000);
  }, batch);
  return batch.finish().map(({ after, rows, counts: { late } }) => ({
    after,
    lines: rows.reduce((sum, row) => sum + (row.kind === 'log' ? row.count : 0), 0),
    late: late.firelens ?? 0,
  }));
}

test('a line behind a tick counts in the section behind it', () => {
  const sections = counts((take, batch) => {
    for (const second of [1, 2, 3]) take(second);
    batch.meet({ fargazer: 'tick', round: 1, timeMs: startMs + 10_000 });
    for (const second of [4, 5]) take(second);
  });
  assert.deepEqual(sections, [{ after: 0, lines: 3, late: 0 }, { after: 1, lines: 2, late: 0 }]);
});

test('late lines of a kind that is known are late one by one', () => {
  const sections = counts((take, batch) => {
    for (const second of [1, 2, 3]) take(second);
    batch.meet({ fargazer: 'tick', round: 1, timeMs: startMs + 40_000 });
    for (const second of [4, 5, 6, 50, 7, 51]) take(second);
  });
  assert.deepEqual(sections, [{ after: 0, lines: 3, late: 0 }, { after: 1, lines: 2, late: 4 }]);
});
