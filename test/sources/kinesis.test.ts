/** The source `kinesis` against kinesalite: the live contract, and shards that split and merge while they are read. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonValue } from '#contract';
import { kinesis, kinesisOptions, type KinesisOptions } from '../../src/sources/kinesis/index.ts';
import { hurriedClock, localKinesis, type LocalKinesis } from '../support/aws/kinesis.ts';
import { liveContract, quietAfter, readLive, textsIn, type LiveCarrier, type SeenBatch } from './live-contract.ts';

const optionsFor = (endpoint: string, more: Partial<KinesisOptions> = {}): KinesisOptions =>
  ({ ...kinesisOptions.parse({ stream: 'shop', region: 'eu-west-1', endpoint, start: 'trim-horizon' }), ...more });

const carrierOf = (local: LocalKinesis, more: Partial<KinesisOptions> = {}): LiveCarrier => ({
  source: () => kinesis(optionsFor(local.endpoint, more), { clock: hurriedClock }),
  put: (texts) => local.put('shop', texts),
  asked: () => local.calls.get('GetRecords') ?? 0,
});

const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(3, '0')}`);

liveContract({
  name: 'kinesis',
  async open(context) {
    const local = await localKinesis(context);
    await local.create('shop', 3);
    return carrierOf(local);
  },
});

/** Each lane's texts were all given before the first of any lane that it ended in favour of. */
function assertParentsFirst(seen: readonly SeenBatch[]): void {
  const ended = new Map<string, readonly string[]>();
  for (const { batch } of seen) {
    for (const [parent, children] of ended) assert.notEqual(batch.lane, parent, `${parent} gave more after its end in favour of ${children.join(', ')}`);
    if (batch.ends !== undefined) ended.set(batch.lane, batch.ends.children);
  }
  for (const [parent, children] of ended) {
    const end = seen.findIndex(({ batch }) => batch.lane === parent && batch.ends !== undefined);
    for (const child of children) {
      const begin = seen.findIndex(({ batch }) => batch.lane === child);
      assert.ok(begin === -1 || begin > end, `${child} began before its parent ${parent} ended`);
    }
  }
}

describe('kinesis while shards split and merge', () => {
  test('drains parents before their children, and goes on from every position with exactly the rest', async (context) => {
    const local = await localKinesis(context);
    await local.create('shop', 2);
    const texts = numbered('t', 90);
    await local.put('shop', texts.slice(0, 30));
    await local.split('shop', 'shardId-000000000000');
    await local.put('shop', texts.slice(30, 60));
    let step = 0;
    const whole = quietAfter(texts.length);
    const carrier = carrierOf(local);
    const seen = await readLive(carrier, {
      async until(all) {
        if (step === 0 && textsIn(all).length >= 45) {
          step++;
          // While it reads: the far child of the split and the shard beside it become one.
          await local.merge('shop', 'shardId-000000000003', 'shardId-000000000001');
          await local.put('shop', texts.slice(60));
        }
        return whole(all) && all.some(({ batch }) => batch.lane === 'shardId-000000000004');
      },
    });
    assert.deepEqual(textsIn(seen).toSorted(), texts);
    assertParentsFirst(seen);
    assert.deepEqual([...seen.at(-1)!.positions.keys()].toSorted(), ['shardId-000000000002', 'shardId-000000000004'], 'ended shards are forgotten once their children have positions');

    for (let cut = 0; cut < seen.length; cut++) {
      if (seen[cut]!.batch.records.length === 0 && seen[cut]!.batch.ends === undefined && seen[cut]!.batch.forgets === undefined && cut % 4 !== 0) continue;
      const before = new Set(textsIn(seen.slice(0, cut + 1)));
      const rest = texts.filter((text) => !before.has(text));
      const resumed = await readLive(carrier, { resume: seen[cut]!.positions, until: quietAfter(rest.length) });
      assert.deepEqual(textsIn(resumed).toSorted(), rest, `resumed behind batch ${cut}: ${JSON.stringify([...seen[cut]!.positions])}`);
      assertParentsFirst(resumed);
    }
  });

  test('finds children that were born and split again while nobody read', async (context) => {
    const local = await localKinesis(context);
    await local.create('shop', 1);
    await local.put('shop', numbered('a', 5));
    const carrier = carrierOf(local);
    const first = await readLive(carrier, { until: quietAfter(5) });
    await local.split('shop', 'shardId-000000000000');
    await local.put('shop', numbered('b', 10));
    await local.split('shop', 'shardId-000000000001');
    await local.put('shop', numbered('c', 10));
    const second = await readLive(carrier, { resume: first.at(-1)!.positions, until: quietAfter(20) });
    assert.deepEqual(textsIn(second).toSorted(), [...numbered('b', 10), ...numbered('c', 10)]);
    assertParentsFirst(second);
  });
});

describe('where kinesis begins', () => {
  test('latest: what came before is not read, what comes after is, and goes on where it was begun', async (context) => {
    const local = await localKinesis(context);
    await local.create('shop', 2);
    await local.put('shop', numbered('old', 10));
    const carrier = carrierOf(local, { start: 'latest' });
    let isPut = false;
    const texts = numbered('new', 20);
    const whole = quietAfter(texts.length);
    const seen = await readLive(carrier, {
      async until(all) {
        // Both shards were polled once: their iterators stand at the end.
        if (!isPut && new Set(all.flatMap(({ batch }) => (batch.completeToMs === undefined ? [] : [batch.lane]))).size === 2) {
          isPut = true;
          // Some in each shard: asked for a time behind its last record, the stand-in never answers.
          await local.put('shop', texts.slice(0, 10));
          await local.split('shop', 'shardId-000000000000');
          await local.put('shop', texts.slice(10));
        }
        return isPut && whole(all);
      },
    });
    assert.deepEqual(textsIn(seen).toSorted(), texts);
    const cut = seen.findIndex((one) => one.texts.length > 0);
    const before = new Set(textsIn(seen.slice(0, cut + 1)));
    const rest = texts.filter((text) => !before.has(text));
    const resumed = await readLive(carrier, { resume: seen[cut]!.positions, until: quietAfter(rest.length) });
    assert.deepEqual(textsIn(resumed).toSorted(), rest);
  });

  test('a time: what arrived from then on is read', async (context) => {
    const local = await localKinesis(context);
    await local.create('shop', 1);
    await local.put('shop', numbered('old', 5));
    // The stand-in stamps arrival in milliseconds.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const start = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await local.put('shop', numbered('new', 5));
    const seen = await readLive(carrierOf(local, { start }), { until: quietAfter(5) });
    assert.deepEqual(textsIn(seen).toSorted(), numbered('new', 5));
    assert.throws(() => kinesis(optionsFor(local.endpoint, { start: '2999-01-01T00:00:00Z' }), { clock: hurriedClock }), { code: 'config-invalid' });
  });
});

describe('kinesis that cannot be read', () => {
  const read = async (local: LocalKinesis, resume: ReadonlyMap<string, JsonValue> = new Map()): Promise<void> => {
    const source = kinesis(optionsFor(local.endpoint), { clock: hurriedClock });
    for await (const _ of source.read(resume, AbortSignal.timeout(10_000)));
    await source.close?.();
  };

  test('a stream that does not exist is gone', async (context) => {
    await assert.rejects(read(await localKinesis(context)), { code: 'source-gone', message: /stream shop does not exist/ });
  });

  test('a stream that is deleted while it is read is gone', async (context) => {
    const local = await localKinesis(context);
    await local.create('shop', 2);
    await local.put('shop', numbered('a', 4));
    const source = kinesis(optionsFor(local.endpoint), { clock: hurriedClock });
    let texts = 0;
    await assert.rejects(
      async () => {
        for await (const { records } of source.read(new Map(), AbortSignal.timeout(10_000))) {
          texts += records.length;
          if (records.length > 0 && texts === 4) await local.remove('shop');
        }
      },
      { code: 'source-gone' },
    );
    assert.equal(texts, 4);
    await source.close?.();
  });

  test('a stream that was made anew does not take the old positions', async (context) => {
    const local = await localKinesis(context);
    await local.create('shop', 1);
    await local.put('shop', ['a']);
    const foreign = new Map<string, JsonValue>([['shardId-000000000000', { after: '49590338271490256608559692538361571095921575989136588898' }]]);
    await assert.rejects(read(local, foreign), { code: 'source-gone', message: /does not belong to the Kinesis stream shop/ });
    await assert.rejects(read(local, new Map<string, JsonValue>([['shardId-000000000000', { offset: 7 }]])), { code: 'state-damaged' });
  });

  test('options that make no sense are refused', () => {
    for (const wrong of [{}, { stream: 'a b' }, { stream: 'x', pollMs: 10 }, { stream: 'x', start: 'yesterday' }, { stream: 'x', endpoint: 'ftp://x' }, { stream: 'x', unknown: 1 }, { stream: 'x', consumer: 'a/b' }]) {
      assert.equal(kinesisOptions.safeParse(wrong).success, false, JSON.stringify(wrong));
    }
    const { start, pollMs } = kinesisOptions.parse({ stream: 'arn:aws:kinesis:eu-west-1:111122223333:stream/shop' });
    assert.deepEqual([start, pollMs], ['latest', 1_200]);
  });
});
