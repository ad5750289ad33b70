/** Fields that hold what they should not: keys of the prototype, escapes, HTML, wrong types, impossible times. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fireLensLine, type JsonValue } from '#contract';
import { fargazer } from '../support/stories.ts';
import { amid, assertClean, assertJudged, connections, flat, flows, folder, inProcess, replay, text } from './recording.ts';
import { eachField, everyText, records } from './records.ts';

test('keys named __proto__ and constructor are keys like others', async (context) => {
  const names = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString'];
  const strange: string[] = [];
  for (const record of records) {
    const line = JSON.stringify(record);
    for (const name of names) {
      strange.push(line.replace('{', `{"${name}":{"polluted":true,"timeMs":1},`));
      // As every name that the record tells: the service, the task, the role, the metric.
      strange.push(JSON.stringify(everyText(record, (word) => (/^\d|[/:T]/.test(word) ? word : name))));
    }
  }
  strange.push(...names.map((name) => fireLensLine({ at: Date.UTC(2026, 0, 5, 7, 30), service: name, container: name, task: 3, log: `${name}=1` })));
  const path = folder(context, { 'a.ndjson': text(amid(connections, ...strange)), 'flows.log': text(flows('__proto__')) });
  const ran = await replay(context, [path]);
  assert.equal(ran.status, 0);
  const owners = ran.alerts.filter(({ object }) => object.startsWith('203.0.113.')).map(({ entity }) => entity.name);
  assert.deepEqual(owners.sort(), ['10.0.0.5', '__proto__']);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  assert.equal(Object.keys(Object.prototype).length, 0);
});

const hostile = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e<script>alert(1)</script><img/src=x/onerror=alert(1)>';

/** Nothing of what was put in reaches the page as markup. */
function assertNoMarkup(report: string): void {
  assert.doesNotMatch(report, /<script>alert|<img\/src=x|<\/script><img/);
}

test('escapes and HTML in every field reach neither terminal nor page', async (context) => {
  const strange = records.flatMap((record) => [
    ...eachField(record, (value) => (typeof value === 'string' ? `${value}${hostile}` : hostile)),
    everyText(record, (word) => `${word}${hostile}`),
    everyText(record, (word) => `${word}${hostile}`, true),
  ]);
  const lines = [...amid(connections), ...strange.map((record) => JSON.stringify(record)), `{"unknown ${hostile}":"${hostile.replaceAll('\u001b', '\\u001b').replaceAll('\u0007', '')}"}`];
  const ran = await replay(context, [folder(context, { 'a.ndjson': text(lines) })]);
  assertJudged(ran);
  assertNoMarkup(ran.report);
});

test('an alert about a service with escapes and HTML in its name shows them as signs', async (context) => {
  const path = folder(context, { 'a.log': text(flows(`shop${hostile}`)), 'b.log': text(amid(flows(), hostile)) });
  const ran = await replay(context, [path]);
  const names = ran.alerts.filter(({ object }) => object.startsWith('203.0.113.')).map(({ entity }) => entity.name);
  assert.equal(names.length, 2);
  assert.ok(names.some((name) => name.startsWith('shop') && name.includes('script')), JSON.stringify(names));
  assert.match(ran.out, /shop␛\[2J/);
  assertNoMarkup(ran.report);
});

test('escapes and HTML in the name of a file and of a series are shown as signs', async (context) => {
  const name = 'a\u001b[2J<b>x<img src=x onerror=alert(1)>\u009b.ndjson';
  const path = folder(context, { [name]: text(connections), [`${name}.bad`]: '{"a":', 'cpu.csv': 'timestamp,value\n2026-01-05T07:00:00Z,1\n2026-01-05T07:01:00Z,x\n' });
  const ran = await replay(context, [path, `cpu\u001b2J\u009b<script>alert(1)<br>=${join(path, 'cpu.csv')}`]);
  assertJudged(ran);
  assert.doesNotMatch(ran.report, /<img src=x|<script>alert|<br>=/);
  for (const words of [['inspect', path], ['why', `${join(path, name)}:1`], ['templates', join(path, name)], ['replay', `no\u001b[2Jfile`], ['replay', path, '--format', '\u001b[2J'], ['\u001b[2J'], ['replay', path, '--\u001b[2J'], ['replay', path, '--config', '\u001b[2J.yaml']]) {
    const { out, messages } = await fargazer(...words);
    assertClean(out + messages, words.join(' '));
  }
});

test('a process of its own writes no escape into a pipe either', async (context) => {
  const path = folder(context, { 'a.log': text(flows(`shop${hostile}`)) });
  const { out, messages, status } = await inProcess(['replay', path, '--learn-for', '60m']);
  assertClean(out + messages, 'the process');
  assert.match(out, /1 alert/);
  assert.equal(status, 0);
});

const wrong: readonly JsonValue[] = [null, true, '', 'x', -1, 1e308, 1e21, [], {}, [null, [], {}], { a: { b: [1] } }, 'x'.repeat(1_000)];

test('wrong types in every field cost at most their record', async (context) => {
  const strange: string[] = [];
  for (const record of records) {
    for (const value of wrong) for (const made of eachField(record, () => structuredClone(value))) strange.push(JSON.stringify(made));
    for (const made of eachField(record, () => undefined)) strange.push(JSON.stringify(made));
  }
  assert.ok(strange.length > 5_000, `${strange.length}`);
  const path = folder(context, { 'a.ndjson': text([...connections, ...strange]), 'b.json': `[${strange.filter((_, at) => at % 20 === 0).join()}]` });
  const ran = await replay(context, [path]);
  assertJudged(ran);
  const counts = /Read ([\d,]+) records/.exec(ran.out)?.[1]?.replaceAll(',', '');
  assert.ok(Number(counts) >= connections.length + 1.05 * strange.length, `${counts}`);
});

test('wrong types in every column of a flow log and of a series cost at most their line', async (context) => {
  const [header = '', ...lines] = flows();
  const words = lines[0]!.split(' ');
  const strange = words.flatMap((_, column) => ['-', '', 'x', '-1', '1e400', '999999999999999999999999', '[]', 'NaN'].map((value) => words.with(column, value).join(' ')));
  const csv = ['timestamp,value', '', 'x', ',', 'NaN', 'Infinity', '1e999', '"', '2026-01-05T07:00:00Z', '2026-01-05T07:00:00Z,', '2026-01-05T07:00:00Z,NaN', '2026-01-05T07:00:00Z,1e999', 'yesterday,1', '2026-01-05T07:01:00Z,"1', '2026-01-05T07:02:00Z,1'];
  const ran = await replay(context, [folder(context, { 'a.log': text([header, ...amid(lines, ...strange)]), 'b.csv': text(csv) })]);
  assertJudged(ran);
});

const times = ['0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '2121-06-01T00:00:00Z', '9999-12-31T23:59:59Z', '+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z', '2026-13-45T99:99:99Z'];

test('times in the far future and in the year 1 are set aside, counted, and move nothing', async (context) => {
  const timed = (at: string): string => {
    const record = JSON.parse(fireLensLine({ at: 0, service: 'shop', task: 2, log: 'dated' })) as Record<string, string>;
    return JSON.stringify({ ...record, date: at });
  };
  const numbers = [-62_135_596_800, 0, 4_780_000_000, 253_402_300_799, 8.64e12, 1e300, -1e300];
  const strange = [...times.map(timed), ...numbers.map((ts) => JSON.stringify({ ...JSON.parse(connections[0]!), uid: `Ct${ts}`, ts }))];
  const path = folder(context, { 'a.ndjson': text(amid(connections, ...strange)) });
  const plain = await replay(context, [folder(context, { 'a.ndjson': text(connections) })]);
  const ran = await replay(context, [path]);
  assertJudged(ran);
  const withoutPlace = ({ alerts }: typeof ran) => alerts.map((alert) => ({ ...alert, evidence: { ...alert.evidence, records: [] } }));
  assert.deepEqual(withoutPlace(ran), withoutPlace(plain));
  assert.match(flat(ran.out), /Not judged: .*\d+ dated after 2100 or ahead of their arrival; \d+ dated before 2006/);
  assert.match(flat(ran.out), /2026-01-05 06:00 to 07:59 UTC/);
});

test('a flow that began in the year 1 or ends before it began is judged by its end', async (context) => {
  const [header = '', ...lines] = flows();
  const field = (name: string): number => header.split(' ').indexOf(name);
  const strange = [-62_135_596_800, 0, 253_402_300_799, 99_999_999_999_999].map((start) => lines[5]!.split(' ').with(field('start'), String(start)).join(' '));
  const ran = await replay(context, [folder(context, { 'a.log': text([header, ...amid(lines, ...strange)]) })]);
  assertJudged(ran);
});
