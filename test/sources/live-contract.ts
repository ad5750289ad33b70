/** What every live source is held to: lanes told of first, resumed exactly, time that never goes back, an end when asked for. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, test, type TestContext } from 'node:test';
import type { JsonValue, LiveBatch, LiveRecord, LiveSource } from '#contract';

/** What the source reads from, with telemetry of the suite's making in it. */
export interface LiveCarrier {
  /** A source as a process that starts anew would make it; it begins at the oldest record. */
  source(): LiveSource;
  /** Puts short texts without newlines, spread over the lanes; they have arrived when this resolves. */
  put(texts: readonly string[]): Promise<void>;
  /** How often the carrier was asked for content so far, where the stand-in counts it. */
  asked?(): number;
  /** The suite's texts within one record; the whole content without its final newline where absent. */
  texts?(record: LiveRecord): Promise<readonly string[]>;
}

export interface LiveCase {
  name: string;
  /** A new, empty carrier; it registers its own closing with `context.after`. */
  open(context: TestContext): Promise<LiveCarrier>;
}

type Positions = ReadonlyMap<string, JsonValue>;

/** One batch as the suite saw it, and where reading would go on behind it. */
export interface SeenBatch {
  batch: LiveBatch;
  texts: readonly string[];
  positions: Positions;
}

/** A stuck source fails the test instead of hanging it; far beyond what any step takes. */
const patienceMs = 20_000;

/** Chunks put together, or the bytes as they are. */
export async function contentOf({ content }: LiveRecord): Promise<Buffer> {
  if (content instanceof Uint8Array) return Buffer.from(content);
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

async function textsOf(carrier: LiveCarrier, batch: LiveBatch): Promise<string[]> {
  const texts: string[] = [];
  for (const record of batch.records) {
    if (carrier.texts !== undefined) texts.push(...(await carrier.texts(record)));
    else texts.push((await contentOf(record)).toString().replace(/\n$/, ''));
  }
  return texts;
}

export interface ReadOptions {
  resume?: Positions;
  /** Asked after each batch: enough read? */
  until: (seen: readonly SeenBatch[]) => boolean | Promise<boolean>;
}

/** Reads until told otherwise; positions are kept as a consumer does, and go through JSON. */
export async function readLive(carrier: LiveCarrier, { resume = new Map(), until }: ReadOptions): Promise<SeenBatch[]> {
  const source = carrier.source();
  const positions = new Map(resume);
  const seen: SeenBatch[] = [];
  const stuck = AbortSignal.timeout(patienceMs);
  try {
    for await (const batch of source.read(resume, stuck)) {
      const saved = JSON.parse(JSON.stringify(batch.position)) as JsonValue;
      assert.deepEqual(saved, batch.position, `the position of ${batch.lane} is not plain JSON`);
      positions.set(batch.lane, saved);
      for (const lane of batch.forgets ?? []) positions.delete(lane);
      seen.push({ batch, texts: await textsOf(carrier, batch), positions: new Map(positions) });
      if (await until(seen)) return seen;
    }
  } finally {
    await source.close?.();
  }
  return seen;
}

/** So many texts were read, and each lane that goes on was empty once more since. */
export function quietAfter(count: number): ReadOptions['until'] {
  return (seen) => {
    let texts = 0;
    const quiet = new Map<string, boolean>();
    for (const { batch, texts: found } of seen) {
      texts += found.length;
      if (batch.ends !== undefined) quiet.delete(batch.lane);
      else quiet.set(batch.lane, batch.records.length === 0 && texts >= count);
      for (const child of batch.ends?.children ?? []) if (!quiet.has(child)) quiet.set(child, false);
    }
    return texts >= count && [...quiet.values()].every((isQuiet) => isQuiet);
  };
}

export function textsIn(seen: readonly SeenBatch[]): string[] {
  return seen.flatMap(({ texts }) => texts);
}

const some = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(4, '0')}`);

export function liveContract({ name, open }: LiveCase): void {
  describe(`live source ${name}`, { timeout: 120_000 }, () => {
    test('tells of each lane by an empty batch before the first record', async (context) => {
      const carrier = await open(context);
      await carrier.put(some('a', 20));
      const seen = await readLive(carrier, { until: quietAfter(20) });
      const first = seen.findIndex(({ batch }) => batch.records.length > 0);
      assert.ok(first > 0, 'the first batch held records');
      const announced = new Set(seen.slice(0, first).map(({ batch }) => batch.lane));
      const born = new Set(seen.flatMap(({ batch }) => batch.ends?.children ?? []));
      const reading = new Set<string>();
      for (const { batch } of seen) {
        const isKnown = announced.has(batch.lane) || born.has(batch.lane) || reading.has(batch.lane) || batch.records.length === 0;
        assert.ok(isKnown, `${batch.lane} came with records and without an announcement`);
        reading.add(batch.lane);
      }
    });

    test('gives each record once, those that arrive while it reads too', async (context) => {
      const carrier = await open(context);
      const before = some('before', 30);
      const while_ = some('while', 30);
      await carrier.put(before);
      let isPut = false;
      const whole = quietAfter(before.length + while_.length);
      const seen = await readLive(carrier, {
        async until(all) {
          if (!isPut && textsIn(all).length > 0) {
            isPut = true;
            await carrier.put(while_);
          }
          return whole(all);
        },
      });
      assert.deepEqual(textsIn(seen).toSorted(), [...before, ...while_].toSorted());
    });

    test('goes on from any position with exactly the rest', async (context) => {
      const carrier = await open(context);
      const texts = some('r', 60);
      await carrier.put(texts.slice(0, 40));
      let isPut = false;
      const whole = quietAfter(texts.length);
      const seen = await readLive(carrier, {
        async until(all) {
          if (!isPut && textsIn(all).length >= 20) {
            isPut = true;
            await carrier.put(texts.slice(40));
          }
          return whole(all);
        },
      });
      assert.deepEqual(textsIn(seen).toSorted(), texts);
      // Every position behind records, and some of those between; each costs a run.
      const cuts = seen.flatMap(({ batch }, index) => (batch.records.length > 0 || index % 5 === 0 ? [index] : [])).slice(0, 12);
      for (const cut of cuts) {
        const before = new Set(textsIn(seen.slice(0, cut + 1)));
        const rest = texts.filter((text) => !before.has(text));
        const resumed = await readLive(carrier, { resume: seen[cut]!.positions, until: quietAfter(rest.length) });
        assert.deepEqual(textsIn(resumed).toSorted(), rest, `resumed behind batch ${cut} of ${seen.length}`);
      }
    });

    test('never takes back how far a lane is complete, and comes to pass what it gave', async (context) => {
      const carrier = await open(context);
      await carrier.put(some('c', 20));
      const complete = new Map<string, number>();
      const ended = new Set<string>();
      let lastArrivalMs = 0;
      const seen = await readLive(carrier, {
        until(all) {
          const { batch } = all.at(-1)!;
          const before = complete.get(batch.lane);
          if (before !== undefined && batch.completeToMs !== undefined) assert.ok(batch.completeToMs >= before, `${batch.lane} fell from ${before} to ${batch.completeToMs}`);
          if (batch.completeToMs !== undefined) complete.set(batch.lane, batch.completeToMs);
          if (batch.ends !== undefined) ended.add(batch.lane);
          for (const { arrivalMs = 0 } of batch.records) lastArrivalMs = Math.max(lastArrivalMs, arrivalMs);
          const lanes = new Set(all.map((one) => one.batch.lane).filter((lane) => !ended.has(lane)));
          return textsIn(all).length >= 20 && [...lanes].every((lane) => (complete.get(lane) ?? -1) > lastArrivalMs);
        },
      });
      assert.equal(textsIn(seen).length, 20);
      assert.ok(complete.size > 0, 'no lane ever told how far it is complete: nothing would be walked');
    });

    test('ends soon, and without an error, when it is told to', async (context) => {
      const carrier = await open(context);
      await carrier.put(some('e', 10));
      const source = carrier.source();
      const stop = new AbortController();
      let isStopped = false;
      let read = 0;
      const quiet = quietAfter(10);
      const seen: SeenBatch[] = [];
      const reading = (async () => {
        for await (const batch of source.read(new Map(), AbortSignal.any([stop.signal, AbortSignal.timeout(patienceMs)]))) {
          read++;
          seen.push({ batch, texts: await textsOf(carrier, batch), positions: new Map() });
          if (isStopped || !(await quiet(seen))) continue;
          // Now it waits for more: the signal comes in the middle of that.
          isStopped = true;
          setTimeout(() => stop.abort(), 50);
        }
      })();
      await reading;
      assert.ok(isStopped && stop.signal.aborted, `it ended by itself after ${read} batches`);
      await source.close?.();

      const early = carrier.source();
      for await (const { records } of early.read(new Map(), AbortSignal.abort())) assert.equal(records.length, 0, 'records after the end was asked for');
      await early.close?.();
    });

    test('tells how its lanes do', async (context) => {
      const carrier = await open(context);
      await carrier.put(some('h', 5));
      const source = carrier.source();
      const lanes = new Set<string>();
      let texts = 0;
      for await (const batch of source.read(new Map(), AbortSignal.timeout(patienceMs))) {
        lanes.add(batch.lane);
        texts += (await textsOf(carrier, batch)).length;
        if (texts >= 5) break;
      }
      const health = source.health();
      for (const lane of lanes) assert.ok(health.some((one) => one.lane === lane), `health says nothing of ${lane}`);
      assert.deepEqual(JSON.parse(JSON.stringify(health)), health.map((one) => JSON.parse(JSON.stringify(one)) as unknown));
      for (const { state, reason } of health) if (state === 'failing') assert.ok(reason !== undefined && reason.length > 0, 'a failing lane without a reason');
      await source.close?.();
    });

    test('asks for no more while nobody takes what it has', async (context) => {
      const carrier = await open(context);
      const { asked } = carrier;
      if (asked === undefined) return context.skip('the stand-in does not count');
      await carrier.put(some('p', 200));
      const source = carrier.source();
      const iterator = source.read(new Map(), AbortSignal.timeout(60_000))[Symbol.asyncIterator]();
      for (;;) {
        const { value, done } = await iterator.next();
        if (done === true || value.records.length > 0) break;
      }
      // It may still fill its one batch a lane; then it must stand still, however long nobody asks.
      let last = -1;
      let stillSince = 0;
      const deadline = Date.now() + patienceMs;
      while (Date.now() < deadline) {
        const now = asked();
        if (now !== last) {
          last = now;
          stillSince = Date.now();
        } else if (Date.now() - stillSince >= 1_500) break;
        await pause(50);
      }
      assert.ok(Date.now() - stillSince >= 1_500, 'it went on asking its carrier');
      await iterator.return?.();
      await source.close?.();
    });
  });
}
