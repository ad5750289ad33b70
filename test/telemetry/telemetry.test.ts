/** Our own logs and metrics: what happened is counted and told once, and nothing is told that the table does not list. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import type { HappeningName, Happenings, Reporter } from '#contract';
import { telemetry, type TelemetrySettings, type Telemetry } from '../../src/telemetry/index.ts';
import { entryOf, happeningTable } from '../../src/telemetry/happening-table.ts';
import { counterTable, gaugeTable, histogramTable } from '../../src/telemetry/metric-table.ts';

interface Bench extends Telemetry {
  lines: Record<string, unknown>[];
  nowMs: number;
}

function open(settings: Partial<TelemetrySettings> = {}): Bench {
  const bench = { lines: [] as Record<string, unknown>[], nowMs: Date.UTC(2026, 2, 4) };
  const made = telemetry({
    version: '1.2.3',
    clock: { now: () => bench.nowMs, sleep: async () => undefined },
    destination: { write: (line) => void bench.lines.push(JSON.parse(line) as Record<string, unknown>) },
    ...settings,
  });
  return Object.assign(bench, made);
}

/** The value of one series, or undefined where there is none. */
async function series(bench: Telemetry, name: string): Promise<number | undefined> {
  const line = (await bench.registry.metrics()).split('\n').find((text) => text.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

/** Plausible fields for any entry: a number where the contract has one cannot be seen from here, so both are tried. */
const happen = (reporter: Reporter, name: HappeningName, fields: Record<string, unknown>): void => reporter.happened(name, fields as unknown as Happenings[typeof name]);

test('what happened becomes a line with time, level, name, sentence and fields', () => {
  const bench = open();
  bench.reporter.happened('lane-ended', { source: 'kinesis:shop', lane: 'shardId-000000000001', children: 2 });
  assert.deepEqual(bench.lines, [
    {
      level: 'info', time: '2026-03-04T00:00:00.000Z', event: 'lane-ended', source: 'kinesis:shop', lane: 'shardId-000000000001', children: 2,
      message: 'shardId-000000000001 of kinesis:shop ended; 2 lanes go on in its place.',
    },
  ]);
});

test('what happened is counted, below the level that is logged too', async () => {
  const bench = open();
  bench.reporter.happened('batch-read', { source: 'kinesis:shop', lane: 'a', records: 7, bytes: 900 });
  bench.reporter.happened('batch-read', { source: 'kinesis:shop', lane: 'b', records: 3, bytes: 100 });
  bench.reporter.happened('set-aside', { reason: 'future', records: 2 });
  bench.reporter.happened('step-saved', { tookMs: 30, bytes: 2_000, parts: 3 });
  bench.reporter.happened('step-failed', { code: 'store-failed', waitMs: 1_000 });
  assert.equal(await series(bench, 'fargazer_records_total{source="kinesis:shop"}'), 10);
  assert.equal(await series(bench, 'fargazer_read_bytes_total{source="kinesis:shop"}'), 1_000);
  assert.equal(await series(bench, 'fargazer_set_aside_records_total{reason="future"}'), 2);
  assert.equal(await series(bench, 'fargazer_set_aside_records_total{reason="past"}'), 0);
  assert.equal(await series(bench, 'fargazer_steps_total{outcome="saved"}'), 1);
  assert.equal(await series(bench, 'fargazer_step_failures_total{code="store-failed"}'), 1);
  assert.equal(await series(bench, 'fargazer_step_seconds_bucket{le="0.025"}'), 0);
  assert.equal(await series(bench, 'fargazer_step_seconds_bucket{le="0.05"}'), 1);
  assert.equal(await series(bench, 'fargazer_build_info{version="1.2.3",node="' + process.versions.node + '"}'), 1);
  assert.deepEqual(bench.lines.map(({ event }) => event), ['set-aside', 'step-failed']);
});

test('gauges show what was told last, in base units, and forget what is gone', async () => {
  const bench = open();
  const source = 'kinesis:shop';
  bench.reporter.stands('lane-behind', [{ source, lane: 'a', value: 1_500 }, { source, lane: 'b', value: 0 }]);
  assert.equal(await series(bench, 'fargazer_lane_behind_seconds{source="kinesis:shop",lane="a"}'), 1.5);
  bench.reporter.stands('lane-behind', [{ source, lane: 'b', value: 250 }]);
  assert.equal(await series(bench, 'fargazer_lane_behind_seconds{source="kinesis:shop",lane="a"}'), undefined);
  assert.equal(await series(bench, 'fargazer_lane_behind_seconds{source="kinesis:shop",lane="b"}'), 0.25);
  bench.reporter.stands('open-alerts', [{ severity: 'high', value: 3 }]);
  assert.equal(await series(bench, 'fargazer_open_alerts{severity="high"}'), 3);
  assert.equal(await series(bench, 'fargazer_open_alerts{severity="low"}'), 0);
});

test('labels have a bounded number of values, and beyond it the worst is shown', async () => {
  const bench = open();
  const rows = Array.from({ length: 5_000 }, (_, at) => ({ source: 's', lane: `lane-${at}`, value: at * 1_000 }));
  bench.reporter.stands('lane-behind', rows);
  for (let at = 0; at < 5_000; at += 1) bench.reporter.happened('throttled', { source: `source-${at}`, waitMs: 1 });
  const lines = (await bench.registry.metrics()).split('\n');
  assert.equal(lines.filter((line) => line.startsWith('fargazer_lane_behind_seconds{')).length, 257);
  assert.equal(await series(bench, 'fargazer_lane_behind_seconds{source="s",lane="other"}'), 4_999);
  assert.equal(lines.filter((line) => line.startsWith('fargazer_throttles_total{')).length, 257);
  assert.equal(await series(bench, 'fargazer_throttles_total{source="other"}'), 5_000 - 256);
});

test('counters never fall and never become no number', async () => {
  const bench = open();
  for (const records of [-5, Number.NaN, Number.POSITIVE_INFINITY, 4]) bench.reporter.happened('batch-read', { source: 's', lane: 'l', records, bytes: 1 });
  assert.equal(await series(bench, 'fargazer_records_total{source="s"}'), 4);
});

test('nothing is logged or shown that an entry does not list, whatever it is told with', async () => {
  const secret = 'AKIAIOSFODNN7EXAMPLE';
  const bench = open({ level: 'debug' });
  for (const name of Object.keys(happeningTable) as HappeningName[]) {
    happen(bench.reporter, name, { line: secret, raw: secret, error: new Error(secret), message: secret, event: secret, level: secret, time: secret, code: `failed with ${secret}`, source: 's', [secret]: 1 });
  }
  assert.equal(bench.lines.length, Object.keys(happeningTable).length);
  assert.ok(!JSON.stringify(bench.lines).includes(secret));
  assert.ok(!(await bench.registry.metrics()).includes(secret));
});

test('names of any characters give one line of plain ASCII that is valid JSON', () => {
  const texts: string[] = [];
  const bench = open({ destination: { write: (text) => void texts.push(text) } });
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 80 }), (lane, code) => {
      texts.length = 0;
      bench.nowMs += 60_000;
      bench.reporter.happened('lane-failing', { source: 'kinesis:shop', lane, code });
      assert.match(texts.join(''), /^[\x20-\x7e]+\n$/);
      assert.ok(texts.join('').length < 1_000);
      JSON.parse(texts.join(''));
    }),
    { numRuns: 100 },
  );
});

test('what happens over and over is told once a minute, with how often it was left out', () => {
  const bench = open();
  const fail = (source: string): void => bench.reporter.happened('throttled', { source, waitMs: 5 });
  for (let at = 0; at < 50; at += 1) fail('a');
  fail('b');
  bench.nowMs += 60_000;
  fail('a');
  fail('a');
  assert.deepEqual(bench.lines.map(({ source, leftOut }) => [source, leftOut]), [['a', undefined], ['b', undefined], ['a', 49]]);
  // Set back by a day: told again, instead of being silent for a day.
  bench.nowMs -= 86_400_000;
  fail('a');
  assert.equal(bench.lines.length, 4);
});

test('sentences name only fields that are listed, and counts only labels that metrics have', () => {
  for (const name of Object.keys(happeningTable) as HappeningName[]) {
    const { says, fields, counts = [], observes = [] } = entryOf(name);
    for (const [, field = ''] of says.matchAll(/\{(\w+)\}/g)) assert.ok(fields.includes(field), `${name}: ${field}`);
    for (const { counter, by, fixed = {} } of counts) {
      if (by !== undefined) assert.ok(fields.includes(by), `${name}: ${by}`);
      for (const label of counterTable[counter].labels) assert.ok(fields.includes(label) || Object.hasOwn(fixed, label), `${name}: ${counter} lacks ${label}`);
    }
    for (const { field } of observes) assert.ok(fields.includes(field), `${name}: ${field}`);
  }
});

test('every metric of the table is raised or told', () => {
  const raised = new Set(Object.keys(happeningTable).flatMap((name) => {
    const { counts = [], observes = [] } = entryOf(name as HappeningName);
    return [...counts.map(({ counter }) => counter as string), ...observes.map(({ histogram }) => histogram as string)];
  }));
  // Counted where the log itself is written.
  raised.add('logLinesDropped');
  assert.deepEqual([...raised].sort(), [...Object.keys(counterTable), ...Object.keys(histogramTable)].sort());
});

test('two of them in one process share nothing', async () => {
  const [one, other] = [open(), open()];
  one.reporter.happened('late', { feed: 'firelens', records: 3 });
  assert.equal(await series(one, 'fargazer_late_records_total{feed="firelens"}'), 3);
  assert.equal(await series(other, 'fargazer_late_records_total{feed="firelens"}'), undefined);
});

test('lines reach standard error, and one that nobody reads stops nothing', async () => {
  const code = `
    const { telemetry } = await import(${JSON.stringify(new URL('../../src/telemetry/index.ts', import.meta.url).href)});
    const { reporter, registry, close } = telemetry({ version: '1' });
    for (let at = 0; at < 20_000; at += 1) reporter.happened('parts-swept', { parts: at });
    await new Promise((done) => setTimeout(done, 50));
    const dropped = (await registry.metrics()).match(/^fargazer_log_lines_dropped_total (\\d+)/m);
    process.stdout.write(dropped[1]);
    process.exit(0);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] });
  // Standard error is left unread; the pipe holds 64 KiB.
  let out = '';
  for await (const chunk of child.stdout) out += String(chunk);
  assert.ok(Number(out) > 0, `dropped: ${out}`);
  const first = child.stderr.read() as Buffer | null;
  child.stderr.destroy();
  assert.equal((JSON.parse(String(first).split('\n')[0] ?? '') as { event: string }).event, 'parts-swept');
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;
test('promtool finds nothing to complain of', { skip: promtool ? false : 'promtool (package prometheus of Debian) is not installed' }, async () => {
  const bench = open({ level: 'debug' });
  for (const name of Object.keys(happeningTable) as HappeningName[]) happen(bench.reporter, name, Object.fromEntries(entryOf(name).fields.map((field) => [field, field === 'code' ? 'x' : 1])));
  for (const name of Object.keys(gaugeTable) as (keyof typeof gaugeTable)[]) {
    bench.reporter.stands(name, [{ ...Object.fromEntries(gaugeTable[name].labels.map((label) => [label, 'hostile "\\\n\u202e value'])), value: 1 }] as never);
  }
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: await bench.registry.metrics(), encoding: 'utf8' });
  assert.deepEqual([stdout, stderr, status], ['', '', 0]);
});
