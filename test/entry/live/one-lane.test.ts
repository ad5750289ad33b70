/** Sources of one task as one lane. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishedLine, type LiveBatch, type LiveRecord, type LiveSource } from '#contract';
import { oneLane } from '../../../src/entry/program/live/one-lane.ts';

function source(name: string, batches: Partial<LiveBatch>[], end: 'stays' | 'ends' | Error = 'stays'): LiveSource {
  return {
    name,
    async *read(_resume, signal) {
      for (const batch of batches) yield { lane: name, records: [], position: null, ...batch };
      if (end instanceof Error) throw end;
      if (end === 'stays') await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
    health: () => [{ lane: name, state: 'reading' }],
  };
}

const record = (text: string): LiveRecord => ({ content: Buffer.from(text), place: '1', arrivalMs: 5 });

async function readAll(lane: LiveSource): Promise<LiveBatch[]> {
  const stop = new AbortController();
  const all: LiveBatch[] = [];
  for await (const batch of lane.read(new Map(), stop.signal)) {
    all.push(batch);
    if (all.length === 3) setTimeout(() => stop.abort(), 20);
  }
  return all;
}

const ignored = (): void => undefined;

test('all batches come in one lane, and only the leading source says how far everything is read', async () => {
  const lane = oneLane(source('sensor', [{ completeToMs: 100 }, { completeToMs: 200 }]), [source('forward', [{ completeToMs: 900, records: [record('a')] }])], ignored);

  const all = await readAll(lane);

  assert.deepEqual(new Set(all.map((batch) => batch.lane)), new Set(['task']));
  assert.deepEqual(all.map(({ completeToMs }) => completeToMs).filter((ms) => ms !== undefined), [100, 200]);
  assert.deepEqual(all.flatMap(({ records }) => records.map(({ content }) => String(content))), ['a']);
});

test('what the input of a source says under the mark of our events is no event of ours', async () => {
  const line = publishedLine({ kind: 'coverage', feed: 'firelens', timeMs: 1, id: 'x', subject: {}, state: 'silent', detail: 'the log router is gone' });
  const lane = oneLane(source('sensor', [{}, {}]), [source('forward', [{ records: [record(`{"log":1}\n${line}\n${line.replace('"fargazer"', '"\\u0066argaze\\u0072"')}\n${line.replace('"fargazer"', '"farga\\u007Aer"')}`)] }])], ignored);

  const texts = (await readAll(lane)).flatMap(({ records }) => records.map(({ content }) => String(content)));

  assert.equal(texts.length, 1);
  assert.deepEqual(texts[0]!.split('\n').slice(1).map((one) => Object.hasOwn(JSON.parse(one) as object, 'fargazer')), [false, false, false]);
});

test('a source that fails or ends is told of, and the others go on; the end of the leading one ends all', async () => {
  const ended: [string, unknown][] = [];
  const failure = new Error('no');
  const lane = oneLane(source('sensor', [{}, {}, {}], 'ends'), [source('forward', [], failure), source('http', [], 'ends')], (name, error) => ended.push([name, error]));

  assert.equal((await readAll(lane)).length, 3);
  assert.deepEqual(ended.sort(), [['forward', failure], ['http', undefined]]);
});
