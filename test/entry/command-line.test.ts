/** The command line: wrong usage is a sentence with the nearest right word, and every command hands its words to the program. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FargazerError } from '../../src/contract/index.ts';
import { progressText } from '../../src/entry/cli/progress.ts';
import { standIn, tell } from './stand-in.ts';

const wrong: readonly [line: string, sentence: string][] = [
  ['repaly x', 'fargazer: there is no command repaly; did you mean replay? See fargazer --help.'],
  ['replay', 'fargazer replay: PATHS is missing. See fargazer replay --help.'],
  ['replay x --lern-for 3m', 'fargazer replay: there is no option --lern-for; did you mean --learn-for? See fargazer replay --help.'],
  ['replay x --learn-for 3', 'fargazer replay: --learn-for <duration>: expected a duration such as 30s, 10m, 24h or 7d, found "3". See fargazer replay --help.'],
  ['replay x --from noon', 'fargazer replay: --from <time>: expected a date or a time such as 2023-07-10 or 2023-07-10T12:05:00Z, found "noon". See fargazer replay --help.'],
  ['replay x --from 2024-01-02 --to 2024-01-01', '--from and --to: expected a start before the end.'],
  ['replay x --output jsnol', 'fargazer replay: --output <kind>: expected one of table, jsonl; did you mean jsonl?, found "jsnol". See fargazer replay --help.'],
  ['replay x --report', 'fargazer replay: the option --report <file> needs a value. See fargazer replay --help.'],
  ['replay x --format firelense', 'There is no format firelense; did you mean firelens?'],
  ['replay x --workers 0', 'fargazer replay: --workers <number>: expected a whole number from 1 to 256, found "0". See fargazer replay --help.'],
  ['replay x --learn-for 3m --learn-only', 'fargazer replay: --learn-for and --learn-only exclude each other. See fargazer replay --help.'],
  ['replay x --fail-on hihg', 'fargazer replay: --fail-on <severity>: expected one of low, medium, high, critical; did you mean high?, found "hihg". See fargazer replay --help.'],
  ['formats x', 'fargazer formats: there is a word too many (x). See fargazer formats --help.'],
  ['baseline sho', 'fargazer baseline: there is no command sho; did you mean show? See fargazer baseline --help.'],
  ['baseline show', 'fargazer baseline show: the option --state <dir> is missing. See fargazer baseline show --help.'],
  ['why a.log', 'fargazer why: POSITION: expected FILE:LINE (lines from 1) or FILE#RECORD (records from 0), found "a.log". See fargazer why --help.'],
  ['score a.csv', 'fargazer score: the option --output-dir <dir> is missing. See fargazer score --help.'],
];
for (const [line, sentence] of wrong) {
  test(`"${line}" is answered by one sentence and status 2`, async () => {
    assert.deepEqual(await tell(line.split(' ')), { status: 2, out: '', err: `${sentence}\n` });
  });
}

test('a wrong configuration is told line by line', async () => {
  const { err, status } = await tell(['config', 'check', 'c.yaml']);
  assert.equal(err, 'c.yaml:3, detectors.x: there is no detector x.\nc.yaml:4, y: there is no option y.\n');
  assert.equal(status, 2);
});

test('a defect is one sentence, and its trace is shown on demand', async () => {
  const program = standIn({ replay: () => Promise.reject(new TypeError('oops')) });
  const plain = await tell(['replay', 'x'], program);
  assert.equal(plain.err, 'This is a defect of fargazer itself: oops. Run it again with FARGAZER_DEBUG=1 and report what it shows.\n');
  const traced = await tell(['replay', 'x'], program, {}, true);
  assert.match(traced.err, /TypeError: oops\n\s+at /);
});

test('help and version go to standard output with status 0', async () => {
  for (const words of [['--help'], [], ['replay', '--help'], ['help', 'replay'], ['baseline'], ['config', '--help']]) {
    const { status, out, err } = await tell(words);
    assert.equal(status, 0, words.join(' '));
    assert.match(out, /^Usage: fargazer/);
    assert.equal(err, '');
    for (const line of out.split('\n')) assert.ok(line.length <= 80, line);
  }
  assert.equal((await tell(['--version'])).out, '0.1.0\n');
});

test('why hands over the position, and reads its file where no paths are named', async () => {
  const seen: unknown[] = [];
  const program = standIn({
    why: async (position, { paths }) => {
      seen.push([position, paths]);
      return { sentences: ['It was read.'], alerts: [] };
    },
  });
  assert.equal((await tell(['why', 'C:/a:b.log:20'], program)).out, 'It was read.\n');
  await tell(['why', 'a.json#0', 'logs'], program);
  assert.deepEqual(seen, [
    [{ file: 'C:/a:b.log', line: 20 }, ['C:/a:b.log']],
    [{ file: 'a.json', record: 0 }, ['logs']],
  ]);
});

test('templates tells each line in order, then what is one kind', async () => {
  const program = standIn({
    templates: async ({ onLine }) => {
      for (let index = 0; index < 3; index += 1) await onLine({ templateId: `t${index}`, template: `user <*> ${index}` });
      return { lines: 3, merged: { t1: 't0', t2: 't0' } };
    },
  });
  const { out } = await tell(['templates', 'a.log', '--output', 'jsonl'], program);
  const rows = out.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(rows.at(-1), { merged: { t1: 't0', t2: 't0' } });
  assert.deepEqual(rows.slice(0, -1).map(({ templateId }) => templateId), ['t0', 't1', 't2']);
  assert.match((await tell(['templates', 'a.log'], program)).out, /^3 lines of 1 kind\n +3 {2}user <\*> 0\n$/);
});

test('baseline accept and forget say what they did, or that there is no such value', async () => {
  const baselines = {
    ...standIn().baselines,
    accept: async (_: unknown, value: string) => value === 'S3:443',
    forget: async (_: unknown, value?: string) => (value === undefined ? 3 : 0),
  };
  const program = standIn({ baselines });
  assert.equal((await tell(['baseline', 'accept', 'checkout', 'new-destination', 'S3:443', '--state', 'st'], program)).out, 'S3:443 is usual for checkout from now on (new-destination).\n');
  const none = await tell(['baseline', 'accept', 'checkout', 'new-destination', 'x', '--state', 'st'], program);
  assert.equal(none.status, 1);
  assert.match(none.err, /^There is no "x" in new-destination of checkout; /);
  assert.equal((await tell(['baseline', 'forget', 'checkout', '--state', 'st'], program)).out, 'Forgot 3 baselines of checkout.\n');
  assert.equal((await tell(['baseline', 'forget', 'checkout', 'a', 'b', '--state', 'st'], program)).status, 1);
});

test('baseline show prints values whole, and times as times', async () => {
  const value = 'x'.repeat(200);
  const show = async () => [{ owner: 'service:checkout', baseline: 'log-novelty.kinds', history: '3 days', rows: [{ what: value, count: 3_999, firstSeenMs: Date.UTC(2024, 2, 1) }] }];
  const { out } = await tell(['baseline', 'show', '--state', 'st'], standIn({ baselines: { ...standIn().baselines, show } }));
  assert.equal(out, `service:checkout\n  log-novelty.kinds  3 days\n    ${value}\n      count 3,999, first seen 2024-03-01 00:00\n`);
});

test('inspect says which detectors lack what they need', async () => {
  const program = standIn({
    inspect: async () => ({
      reading: [{ file: 'a.log', bytes: 10, formats: {}, records: 0, events: 0, skipped: {}, unreadable: [], notes: ['the file is empty'] }],
      entities: [],
      detectors: [{ id: 'egress-volume', title: 'x', isFed: false, missing: 'flows: no flow logs were found' }],
      isInterrupted: false,
    }),
  });
  const { out } = await tell(['inspect', 'a.log'], program);
  assert.match(out, /a\.log: not recognised/);
  assert.match(out, /a\.log: the file is empty/);
  assert.match(out, /egress-volume {2}cannot judge: flows: no flow logs were found/);
});

test('score tells where the scores are', async () => {
  const program = standIn({ score: async ({ files, outputDir }) => files.map((file) => ({ file, output: `${outputDir}/${file}`, rows: 4_032, alarms: 1, unreadable: 2 })) });
  assert.equal((await tell(['score', 'a.csv', '--output-dir', 'out'], program)).out, 'a.csv: 4,032 rows, 1 alarm, 2 could not be read; scores in out/a.csv\n');
});

test('Ctrl-C ends with 130, also where it cut something off', async () => {
  const stop = new AbortController();
  const program = standIn({
    replay: async () => {
      stop.abort();
      throw new FargazerError('path-unreadable', 'x: reading was cut off.');
    },
  });
  assert.equal((await tell(['replay', 'x'], program, { signal: stop.signal })).status, 130);
});

test('progress tells share, rate and time left', () => {
  assert.equal(progressText({ readBytes: 25, totalBytes: 100, records: 5_000 }, 10_000), '25 %, 500 records a second, 30 s left');
  assert.equal(progressText({ readBytes: 25, records: 5_000 }, 10_000), '5,000 records, 500 records a second');
  assert.equal(progressText({ readBytes: 0, totalBytes: 0, records: 0 }, 0), '0 records, 0 records a second');
});
