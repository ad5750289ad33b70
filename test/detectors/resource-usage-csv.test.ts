/** Scoring of CSV series: columns kept, causal, unreadable rows counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvScorer, timeOf } from '../../detectors/resource-usage/score-csv.ts';
import { gaussians } from './resource-usage-noise.ts';

function scoreAll(lines: readonly string[]): string[] {
  const scorer = csvScorer();
  return lines.map((line) => scorer.row(line));
}

const scoreOf = (row: string): number => Number(row.slice(row.lastIndexOf(',') + 1));

function series(length: number, spikeAt: number): string[] {
  const next = gaussians(11);
  const at = (index: number): string => new Date(Date.UTC(2026, 0, 1) + index * 300_000).toISOString().slice(0, 19).replace('T', ' ');
  return ['timestamp,value', ...Array.from({ length }, (_, index) => `${at(index)},${index === spikeAt ? 500 : 50 + next()}`)];
}

test('rows come back in order with their score as last column, and a spike is an alarm', () => {
  const lines = series(400, 300);
  const rows = scoreAll(lines);
  assert.equal(rows[0], 'timestamp,value,anomaly_score');
  rows.forEach((row, index) => assert.ok(row.startsWith(`${lines[index]},`)));
  assert.ok(scoreOf(rows[301]!) >= 0.5);
  assert.ok(rows.slice(1).every((row) => scoreOf(row) >= 0 && scoreOf(row) <= 1));
});

test('the scores of a beginning are the beginning of the scores, whatever follows', () => {
  const lines = series(400, 390);
  const whole = scoreAll(lines);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.array(fc.double(), { maxLength: 20 }), (cut, others) => {
      const changed = [...lines.slice(0, cut), ...others.map((value) => `2026-02-01 00:00:00,${value}`)];
      assert.deepEqual(scoreAll(changed).slice(0, cut), whole.slice(0, cut));
    }),
    { numRuns: 40 },
  );
});

test('header names in any case and order, quotes, other columns and carriage returns are kept', () => {
  const rows = scoreAll(['"Label","TimeStamp","VALUE"\r', '"a, b","2018-03-15T00:00:00Z","6034.7"\r', '', '"x",1521072300,7\r']);
  assert.deepEqual(rows, ['"Label","TimeStamp","VALUE",anomaly_score\r', '"a, b","2018-03-15T00:00:00Z","6034.7",0\r', '', '"x",1521072300,7,0\r']);
});

test('a row whose value is no number scores 0 and is counted, and the others are as without it', () => {
  const lines = series(400, 300);
  const bad = ['2026-01-01 05:00:00,', '2026-01-01 05:00:00,NaN', '2026-01-01 05:00:00,0x10', 'nothing'];
  const scorer = csvScorer();
  const rows = [...lines.slice(0, 200), ...bad, ...lines.slice(200)].map((line) => scorer.row(line));
  assert.equal(scorer.unreadable, 4);
  assert.equal(scorer.rows, 404);
  assert.deepEqual(rows.slice(200, 204).map(scoreOf), [0, 0, 0, 0]);
  assert.ok(scoreOf(rows[305]!) >= 0.5);
});

test('a row without a readable time is judged as the step after the row before', () => {
  const scorer = csvScorer();
  for (const line of ['time,value', '2026-01-01 00:00,1', 'yesterday,2']) scorer.row(line);
  assert.deepEqual([scorer.rows, scorer.untimed, scorer.unreadable], [2, 1, 0]);
});

test('a file without a value column says so and scores nothing', () => {
  const scorer = csvScorer();
  assert.equal(scorer.row('when;what'), 'when;what;anomaly_score');
  assert.equal(scorer.row('1;2'), '1;2;0');
  assert.match(scorer.problem ?? '', /"value"/);
});

test('times are read in UTC unless they name a zone', () => {
  const expected = Date.UTC(2018, 2, 5, 4, 30);
  for (const text of ['2018-03-05 04:30:00', '2018/3/5 4:30', '2018-03-05T04:30:00.000Z', '2018-03-05T06:30+02:00', '1520224200', '1520224200000']) {
    assert.equal(timeOf(text), expected, text);
  }
  for (const text of ['', 'May', '2018-13-45 00:00', '12:30']) assert.ok(Number.isNaN(timeOf(text)), text);
});
