/** A walk that is stopped at any event time, saved and gone on from gives the same alerts as one that never stopped. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cloudTrailRecord, containerInsightsLine, ecsTaskEvent, fireLensLine, flowLine, kubernetesAuditLine, resolverLine, type Alert,
} from '#contract';
import { Checkpoint } from '../../src/engine/checkpoint.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';
import { decodeRecords, kinds } from '../support/run-case.ts';
import { finders, walkOf } from './watching.ts';

const start = Date.UTC(2026, 0, 5, 8);
const spanMs = 90 * 60_000;

interface Made {
  kind: number;
  offset: number;
  task: number;
  what: number;
}

/** A record of any feed; times in whole seconds, so that ties are many. */
function recordOf({ kind, offset, task, what }: Made, index: number): string {
  const at = start + offset * 1_000;
  const id = `${index}`;
  const service = task % 2 === 0 ? 'checkout' : 'cart';
  switch (kind % 8) {
    case 0:
      return fireLensLine({ at, service, task, log: ['GET /cart took 12 ms', 'ERROR no route to host', '    at main (app.js:1)'][what % 3]!, revision: 1 + (offset > 3_000 ? 1 : 0) });
    case 1:
      return containerInsightsLine({ at, service, task, cpu: what, memory: 100 + what });
    case 2:
      return flowLine({ at, service, task, to: `52.1.${what}.3`, port: 443, bytes: 1_000 * (1 + what) });
    case 3:
      return resolverLine({ at, task, name: `host-${what}.example.com`, answers: [`52.1.${what}.3`] });
    case 4:
      return cloudTrailRecord({ at, id, role: service, source: 'ecs.amazonaws.com', name: `Call${what}` });
    case 5:
      return kubernetesAuditLine({ at, id, user: service, verb: 'get', resource: `pods${what}` });
    case 6:
      return ecsTaskEvent({ at, id, service, task, lastStatus: what === 0 ? 'STOPPED' : 'RUNNING', desiredStatus: what === 0 ? 'STOPPED' : 'RUNNING' });
    default:
      return fireLensLine({ at, service, task, log: `{"level":"info","message":"order ${what}"}` });
  }
}

const records = fc
  .array(fc.record({ kind: fc.nat(7), offset: fc.nat(spanMs / 1_000), task: fc.nat(3), what: fc.nat(3) }), { minLength: 1, maxLength: 60 })
  .map((made) => made.map(recordOf));

function whole(lines: readonly string[], teachMs: number): Alert[] {
  const walk = walkOf(finders, { teaching: { forMs: teachMs } });
  decodeRecords(lines, walk.gate);
  walk.beginTeaching();
  walk.finish();
  return walk.state.episodes.alerts(Infinity, true);
}

/** The same in several runs over the same records, the last of them to the end. */
async function stopped(lines: readonly string[], teachMs: number, stops: readonly number[]): Promise<Alert[]> {
  const store = memoryStore();
  const alerts = new Map<string, Alert>();
  let fromMs: number | undefined;
  for (const toMs of [...stops, undefined]) {
    const checkpoint = await Checkpoint.open(store, kinds);
    const state = await checkpoint.state();
    const walk = walkOf(finders, { teaching: { forMs: teachMs }, ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) }, state);
    await checkpoint.restore(walk, true);
    decodeRecords(lines, walk.gate);
    walk.beginTeaching();
    if (toMs === undefined) walk.finish();
    else walk.walkTo(toMs);
    for (const alert of walk.state.episodes.alerts(Infinity, true)) alerts.set(alert.id, alert);
    await checkpoint.save(walk, toMs === undefined ? {} : { toMs });
    fromMs = toMs;
  }
  return [...alerts.values()].sort((left, right) => (left.firstSeen < right.firstSeen ? -1 : left.firstSeen > right.firstSeen ? 1 : left.id < right.id ? -1 : 1));
}

const stop = fc.nat(spanMs / 1_000).map((seconds) => start + seconds * 1_000);

test('a walk stopped at any time, and gone on from its state, gives the same alerts', async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(records, fc.array(stop, { minLength: 1, maxLength: 3 }), fc.constantFrom(1, 10 * 60_000), async (lines, stops, teachMs) => {
      const firstMs = start;
      const sorted = stops.filter((one) => one > firstMs).sort((left, right) => left - right);
      const expected = whole(lines, teachMs);
      // A teaching begins with the first record of the first run: that run must have one.
      const dated = lines.map((line) => stopsBefore(line, sorted[0] ?? Infinity)).some(Boolean);
      fc.pre(dated);
      assert.deepEqual(await stopped(lines, teachMs, sorted), expected);
      found += expected.length;
    }),
    { numRuns: 80 },
  );
  assert.ok(found > 500, `only ${found} alerts were compared`);
});

function stopsBefore(line: string, stopMs: number): boolean {
  const walk = walkOf([]);
  decodeRecords([line], walk.gate);
  return walk.gate.firstMs < stopMs;
}

test('the same half given twice teaches and finds nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(records, stop, async (lines, at) => {
      fc.pre(lines.some((line) => stopsBefore(line, at)));
      const once = await stopped(lines, 1, [at]);
      assert.deepEqual(await stopped(lines, 1, [at, at]), once);
    }),
    { numRuns: 25 },
  );
});

test('records older than the mark of a state are not walked, and counted', async () => {
  const store = memoryStore();
  const line = (minute: number): string => fireLensLine({ at: start + minute * 60_000, service: 'checkout', task: 1, log: `GET /cart took ${minute} ms` });
  const first = walkOf(finders);
  decodeRecords([line(10)], first.gate);
  first.finish();
  await (await Checkpoint.open(store, kinds)).save(first);
  const checkpoint = await Checkpoint.open(store, kinds);
  const second = walkOf(finders, {}, await checkpoint.state());
  await checkpoint.restore(second, true);
  decodeRecords([line(5), line(10), line(11)], second.gate);
  assert.equal(second.gate.setAside.olderThanState, 2);
  assert.equal(second.gate.firstMs, start + 11 * 60_000);
});
