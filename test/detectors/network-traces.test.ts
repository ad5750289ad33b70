/** What network detectors keep of the recent past: bounded whatever comes, plain JSON, and right about clocks and coded names. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { BaselineView, Connection, DnsLookup } from '#contract';
import { createCalled, noteCall, regularInterval } from '../../detectors/beacon/calls.ts';
import { countedUnder } from '../../detectors/dns-tunnel/domain.ts';
import { createQuestions, isCoded, noteQuestion } from '../../detectors/dns-tunnel/questions.ts';
import { createProbes, noteProbe } from '../../detectors/network-scan/probes.ts';
import { createReceived, noteReceived } from '../../detectors/odd-download/received.ts';
import { isShortlyTaught, leapOf } from '../../detectors/short-history.ts';

const anyConnection: fc.Arbitrary<Connection> = fc
  .record({
    timeMs: fc.integer({ min: 0, max: 4_000_000 }), port: fc.integer({ min: 0, max: 65_535 }), address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 20 })),
    path: fc.string({ maxLength: 30 }), activity: fc.constantFrom('open', 'traffic', 'close'), bytes: fc.nat(), isRejected: fc.boolean(), isLocal: fc.boolean(), isKnown: fc.boolean(),
  })
  .map(({ timeMs, port, address, path, activity, bytes, isRejected, isLocal, isKnown }) => ({
    kind: 'connection', timeMs, minuteMs: timeMs - (timeMs % 60_000), count: 1, records: [], activity: activity as Connection['activity'], side: 'client',
    program: isKnown ? { path, name: path.slice(0, 15) } : undefined, lineage: [], peer: address, peerKind: 'network', peerAddress: address, port, protocol: 6, names: [],
    sentBytes: bytes, receivedBytes: bytes, isRejected, isPrivate: false, isLocal,
  }));

describe('traces of connections', () => {
  it('stay bounded and plain whatever is sent', () => {
    fc.assert(
      fc.property(fc.array(anyConnection, { minLength: 200, maxLength: 400 }), (connections) => {
        const traces = [createProbes(), createCalled(), createReceived()] as const;
        for (const seen of connections) {
          noteProbe(traces[0], seen);
          noteCall(traces[1], seen);
          noteReceived(traces[2], seen);
        }
        assert.ok(traces[0].targets.length <= 128 && traces[1].peers.length <= 48 && traces[2].whom.length <= 48);
        for (const trace of traces) assert.deepEqual(JSON.parse(JSON.stringify(trace)), trace);
      }),
      { numRuns: 20 },
    );
  });
});

describe('intervals', () => {
  const times = (intervals: readonly number[]): number[] => intervals.reduce((all, step) => [...all, all.at(-1)! + step], [1_000_000]);

  it('are those of a clock through jitter, and none where work is done by chance', () => {
    assert.equal(regularInterval(times([5_000, 5_000, 5_000, 5_000, 5_000])), 5_000);
    assert.equal(regularInterval(times([4_000, 6_000, 5_000, 5_600, 4_300])), 5_000);
    assert.equal(regularInterval(times([300, 9_000, 1_200, 200, 5_000])), undefined);
    assert.equal(regularInterval(times([20, 20, 20, 20, 20])), undefined);
    assert.equal(regularInterval([]), undefined);
  });

  it('drawn by chance pass for a clock in under one of twenty', () => {
    let passed = 0;
    let state = 1;
    const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
    for (let run = 0; run < 4_000; run += 1) if (regularInterval(times(Array.from({ length: 5 }, () => -5_000 * Math.log(1 - random())))) !== undefined) passed += 1;
    assert.ok(passed < 200, `${passed} of 4,000`);
  });
});

describe('names', () => {
  it('look like data where bytes were written in them, and not where people named things', () => {
    for (const front of ['mzxw6ytboi4dqmrtgq2dknjwg44dsojq', '4f3a9c1e77b20d5588aa01', 'k5xxe3debi3tamrv.a1', `${'a'.repeat(45)}`]) assert.equal(isCoded(front), true, front);
    for (const front of ['www', 'api-gateway-internal', 'orders.eu-west-1', 'static-assets-production', 'user-profile-service', 'node-17', '']) assert.equal(isCoded(front), false, front);
  });

  it('are counted under their domain, also where no registry would take them', () => {
    assert.equal(countedUnder({ queryName: 'a.b.example.com', domain: 'example.com' }), 'example.com');
    assert.equal(countedUnder({ queryName: 'd1.cloudfront.net', domain: 'd1.cloudfront.net' }), 'd1.cloudfront.net');
    assert.equal(countedUnder({ queryName: '\u00e6\u00bd.t.evil.example', domain: '\u00e6\u00bd.t.evil.example' }), 'evil.example');
  });

  it('asked for in any number and form stay bounded', () => {
    const questions = createQuestions();
    for (let index = 0; index < 5_000; index += 1) {
      const lookup: DnsLookup = { kind: 'dns-lookup', timeMs: index, minuteMs: 0, count: 1, records: [], queryName: `${'x'.repeat(index % 60)}${index}.d${index % 50}.example`, domain: `d${index % 50}.example`, queryType: 'TXT', responseCode: 'NOERROR', bytes: 100 };
      noteQuestion(questions, lookup);
    }
    assert.ok(questions.domains.length <= 32);
    assert.ok(JSON.stringify(questions).length < 40_000);
    assert.deepEqual(JSON.parse(JSON.stringify(questions)), questions);
  });
});

describe('a short teaching', () => {
  const view = (learnedMs: number, days = 1): BaselineView => ({ isReady: true, isBorrowed: false, readyMs: learnedMs, history: { sinceMs: 0, untilMs: learnedMs, count: 2, days, tasks: 1 } });

  it('asks for less of a leap the longer it lasted, and for none from an hour or three days on', () => {
    assert.equal(leapOf(view(60_000)), 20);
    assert.equal(leapOf(view(120_000)), 20);
    const after10 = leapOf(view(600_000));
    assert.ok(after10 > 3 && after10 < 8, String(after10));
    assert.equal(leapOf(view(3_600_000)), 1);
    assert.equal(leapOf(view(60_000, 3)), 1);
    assert.equal(isShortlyTaught(view(60_000)), true);
    assert.equal(isShortlyTaught({ ...view(60_000), readyMs: undefined }), false);
  });
});
