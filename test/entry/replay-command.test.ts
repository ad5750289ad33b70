/** `fargazer replay`: what it asks of the program, what it prints where, and how it ends. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { FargazerError, type FileReading } from '../../src/contract/index.ts';
import { alert, outcome, remembering, standIn, tell } from './stand-in.ts';

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'fargazer-cli-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('the flags reach the program as numbers and words', async () => {
  const { program, settings } = remembering();
  const words = ['replay', 'a.log', 'cpu=b.csv', '--learn-for', '10m', '--from', '2023-07-10', '--to', '2023-07-11T12:00Z', '--workers', '2', '--no-raw', '--state', 'my state', '--format', 'firelens', '--flow-fields', '${srcaddr} ${dstaddr}'];
  const { status } = await tell(words, program);
  assert.equal(status, 0);
  const { paths, learnForMs, fromMs, toMs, workers, isRawKept, isLearnOnly, stateDir, format, flowFields, command } = settings();
  assert.deepEqual(
    { paths, learnForMs, fromMs, toMs, workers, isRawKept, isLearnOnly, stateDir, format, flowFields },
    { paths: ['a.log', 'cpu=b.csv'], learnForMs: 600_000, fromMs: Date.UTC(2023, 6, 10), toMs: Date.UTC(2023, 6, 11, 12), workers: 2, isRawKept: false, isLearnOnly: false, stateDir: 'my state', format: 'firelens', flowFields: ['srcaddr', 'dstaddr'] },
  );
  assert.match(command, /^fargazer replay a\.log cpu=b\.csv --learn-for 10m .*--state 'my state' .*'\$\{srcaddr\} \$\{dstaddr\}'$/);
});

test('the table ends with what was found, read and judged', async () => {
  const { out, err } = await tell(['replay', 'a.log']);
  assert.match(out, /checkout sent 41 MB \(one\)/);
  assert.match(out, /1 alert \(1 high\) about 1 of 1 entity\.\nRead 1,448 records of 1 file \(2\.05 kB\), 2023-07-10 11:55 to 2023-07-11 13:55\n {2}UTC\.\nJudged 87 % of what was seen/);
  assert.equal(err, '');
  for (const line of out.split('\n')) assert.ok(line.length <= 80, line);
});

test('a quiet day is a sentence', async () => {
  const { out, status } = await tell(['replay', 'a.log'], standIn({ replay: async () => ({ outcome: outcome({ alerts: [] }) }) }));
  assert.match(out, /^Nothing unusual in 26 hours\./);
  assert.equal(status, 0);
});

test('what could not be judged is not called usual', async () => {
  const entities = outcome().entities.map((entity) => ({ ...entity, readyFromMs: undefined, judgedShare: 0 }));
  const { out } = await tell(['replay', 'a.log'], standIn({ replay: async () => ({ outcome: outcome({ alerts: [], entities }) }) }));
  assert.match(out, /^No alert in 26 hours\./);
  assert.match(out, /no baseline is ready/);
});

test('jsonl puts the alerts alone on standard output, and the summary beside', async () => {
  const { out, err } = await tell(['replay', 'a.log', '--output', 'jsonl']);
  assert.deepEqual(out.trimEnd().split('\n').map((line) => JSON.parse(line).id), ['one']);
  assert.match(err, /^1 alert/);
});

test('what could not be read is told with place and reason', async () => {
  const reading: FileReading[] = [
    {
      file: 'shop.ndjson.gz', bytes: 10, formats: {}, records: 3, events: 2, skipped: {}, notes: ['the file ends in the middle (gzip cut off)'],
      unreadable: [{ reason: 'expected a time', count: 3, first: { file: 'shop.ndjson.gz', line: 20_113 }, raw: '{' }],
    },
  ];
  const { out, status } = await tell(['replay', 'x', '--strict'], standIn({ replay: async () => ({ outcome: outcome({ reading, unreadable: 3 }) }) }));
  assert.match(out, /3 records could not be read:\nshop\.ndjson\.gz:20113: expected a time \(and 2 more like it\)\.\nshop\.ndjson\.gz: the file ends in the middle/);
  assert.equal(status, 3);
});

test('nothing that telemetry says reaches the terminal as an escape', async () => {
  const hostile = 'x\u001b[2J\u001b]0;owned\u0007\r\n\u202eevil\u009b31m';
  const reading: FileReading[] = [
    { file: hostile, bytes: 1, formats: { [hostile]: 1 }, records: 1, events: 0, skipped: { [hostile]: 1 }, notes: [hostile], unreadable: [{ reason: hostile, count: 1, first: { file: hostile, line: 1 }, raw: hostile }] },
  ];
  const bad = outcome({ reading, unreadable: 1, alerts: [alert('one', 'low', hostile)], blind: [hostile], bounds: [hostile], command: hostile });
  const program = standIn({
    replay: async () => ({ outcome: bad, failure: new FargazerError('state-write-failed', hostile) }),
    inspect: async () => ({ reading, entities: [{ ...bad.entities[0]!, name: hostile }], detectors: [{ id: 'x', title: 'x', isFed: false, missing: hostile }], isInterrupted: false }),
    why: async () => ({ sentences: [hostile], alerts: bad.alerts }),
    templates: async ({ onLine }) => {
      await onLine({ templateId: 'a', template: hostile });
      return { lines: 1, merged: {} };
    },
  });
  for (const words of [['replay', hostile], ['replay', 'x', '--output', 'jsonl'], ['inspect', 'x'], ['why', `${hostile}:1`], ['templates', 'x'], ['replay', 'x', '--format', hostile], [hostile], ['replay', `--${hostile}`]]) {
    const { out, err } = await tell(words, program, { isOutputTerminal: true });
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(out + err, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/, words.join(' '));
  }
});

test('the exit status says how it ended', async () => {
  const ends = async (words: string[], replay: Parameters<typeof standIn>[0] = {}): Promise<number> => (await tell(['replay', 'x', ...words], standIn(replay))).status;
  const twice = { replay: async () => ({ outcome: outcome({ alerts: [alert('a', 'low'), alert('b', 'medium')] }) }) };
  assert.equal(await ends([], twice), 0);
  assert.equal(await ends(['--fail-on', 'medium'], twice), 4);
  assert.equal(await ends(['--fail-on', 'high'], twice), 0);
  assert.equal(await ends(['--strict'], twice), 0);
  assert.equal(await ends([], { replay: async () => ({ outcome: outcome({ isInterrupted: true }) }) }), 130);
  assert.equal(await ends([], { replay: async () => ({ outcome: outcome(), failure: new FargazerError('state-write-failed', 'The disk is full.') }) }), 1);
  assert.equal(await ends([], { replay: () => Promise.reject(new FargazerError('path-missing', 'x: there is no such file.')) }), 1);
  assert.equal(await ends(['--config', 'c.yaml']), 2);
  assert.equal(await ends([], { replay: () => Promise.reject(new TypeError('oops')) }), 1);
});

test('what was judged is shown although the state could not be saved', async () => {
  const { out, err } = await tell(['replay', 'x'], standIn({ replay: async () => ({ outcome: outcome(), failure: new FargazerError('state-write-failed', 'st: the disk is full; nothing was saved.') }) }));
  assert.match(out, /checkout sent 41 MB/);
  assert.equal(err, 'st: the disk is full; nothing was saved.\n');
});

test('the report is written whole, and its path is the last line', async (context) => {
  const dir = folder(context);
  const file = join(dir, 'out.html');
  const { out, status } = await tell(['replay', 'x', '--report', file]);
  assert.equal(readFileSync(file, 'utf8'), '<!doctype html>');
  assert.deepEqual(readdirSync(dir), ['out.html']);
  assert.equal(out.trimEnd().split('\n').at(-1), `Report: ${file}`);
  assert.equal(status, 0);
});

test('a report that has no place to be is told before anything is read', async (context) => {
  const dir = folder(context);
  const program = standIn({ replay: () => assert.fail('the replay began') });
  for (const file of [join(dir, 'none', 'out.html'), dir]) {
    const { err, status } = await tell(['replay', 'x', '--report', file], program);
    assert.match(err, /the report cannot be written: .+\.\n$/);
    assert.equal(status, 1);
  }
  assert.ok(!existsSync(join(dir, 'none')));
});

test('alerts go to people only with --deliver, and a failed delivery is told', async () => {
  let sent = 0;
  const program = standIn({
    deliver: async (alerts) => {
      sent += alerts.length;
      return [{ sink: 'webhook', delivered: 0, failed: 1, skipped: 0, firstFailure: { message: 'the server answered 500' } }];
    },
  });
  await tell(['replay', 'x'], program);
  assert.equal(sent, 0);
  const { out, status } = await tell(['replay', 'x', '--deliver'], program);
  assert.equal(sent, 1);
  assert.match(out, /webhook: 0 alerts delivered, 1 not: the server answered 500\./);
  assert.equal(status, 1);
});

test('a terminal shows the most severe rows when there are too many, a pipe all of them', async () => {
  const alerts = Array.from({ length: 60 }, (_, index) => alert(`n${index}`, index === 59 ? 'critical' : 'low'));
  const program = standIn({ replay: async () => ({ outcome: outcome({ alerts }) }) });
  const piped = await tell(['replay', 'x'], program);
  assert.equal(piped.out.match(/checkout sent/g)?.length, 60);
  const shown = await tell(['replay', 'x'], program, { isOutputTerminal: true });
  assert.equal(shown.out.match(/checkout sent/g)?.length, 40);
  assert.match(shown.out, /\(n59\)/);
  assert.match(shown.out, /20 less severe alerts are not shown here/);
});

test('colours are shown where the terminal has them, and only there', async () => {
  const escape = '\u001b[';
  assert.ok((await tell(['replay', 'x'], standIn(), { hasColour: true })).out.includes(escape));
  assert.ok(!(await tell(['replay', 'x'])).out.includes(escape));
});
