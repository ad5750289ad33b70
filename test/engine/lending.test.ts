/** Who lends to whom, and what a baseline may learn of a trace. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { quantities, seen } from '#baselines';
import { defineDetector, type Destination, type NetworkMinute, type NumberView, type SetView } from '#contract';
import { joinPieces } from '../../src/decode/log/join-pieces.ts';
import { Walk } from '../../src/engine/run.ts';
import { engineSettings } from '../../src/engine/settings.ts';
import type { Detector } from '#contract';
import { networkActivity } from '../support/events.ts';

const start = Date.UTC(2026, 0, 5);
const minuteMs = 60_000;

function walkOf(detector: Detector, forMs: number): Walk {
  return new Walk(engineSettings({ detectors: [{ detector, options: {} }], teaching: { forMs } }), joinPieces);
}

describe('a set of an owner first seen late', () => {
  const asked = new Map<string, { isReady: boolean; isBorrowed: boolean; isUsual: boolean }>();
  const detector = defineDetector({
    id: 'asks-a-set', title: 'asks', severity: 'low', attack: [], reads: 'destination', scope: 'owner', options: z.strictObject({}),
    judgesWhileLearning: true,
    baseline: { peers: { ...seen(({ peer }: Destination) => peer), borrows: true } },
    judge({ peers }: { peers: SetView }, { peer }, _options, { entity }) {
      asked.set(`${entity.owner.kind} ${entity.owner.name} ${peer}`, { isReady: peers.isReady, isBorrowed: peers.isBorrowed, isUsual: peers.of(peer).isUsual });
      return undefined;
    },
  });
  const subject = (of: object): { account: string } => ({ account: '111122223333', ...of });

  it('is that of its account for a host and for an interface, and of its cluster for a service', () => {
    const walk = walkOf(detector as Detector, 10 * minuteMs);
    const late = { timeMs: start + 20 * minuteMs };
    walk.gate.take(networkActivity({ timeMs: start, subject: subject({ host: '10.0.0.1' }), id: '1' }));
    walk.gate.take(networkActivity({ timeMs: start, subject: subject({ cluster: 'shop', service: 'known' }), id: '2' }));
    walk.gate.take(networkActivity({ ...late, subject: subject({ host: '10.0.0.2' }), id: '3' }));
    walk.gate.take(networkActivity({ ...late, subject: subject({ networkInterface: 'eni-9' }), id: '4', serverAddress: '9.9.9.9' }));
    walk.gate.take(networkActivity({ ...late, subject: subject({ cluster: 'shop', service: 'late' }), id: '5' }));
    walk.beginTeaching();
    walk.finish();
    assert.deepEqual(Object.fromEntries(asked), {
      'host 10.0.0.2 52.1.2.0/24': { isReady: true, isBorrowed: true, isUsual: true },
      'interface eni-9 9.9.9.0/24': { isReady: true, isBorrowed: true, isUsual: false },
      'service late 52.1.2.0/24': { isReady: true, isBorrowed: true, isUsual: true },
    });
  });
});

describe('a baseline that asks for the trace', () => {
  it('learns what the trace tells at the end of the minute', () => {
    let history = { count: 0 };
    const detector = defineDetector({
      id: 'learns-a-sum', title: 'learns', severity: 'low', attack: [], reads: 'network-minute', scope: 'owner', options: z.strictObject({}),
      judgesWhileLearning: true,
      baseline: { sums: { ...quantities<NetworkMinute>(() => undefined), of: (_minute: NetworkMinute, trace: unknown) => (trace as { sum: number }).sum } },
      trace: { create: () => ({ sum: 0 }), note: (trace: { sum: number }, { sentBytes }: NetworkMinute) => void (trace.sum += sentBytes) },
      judge({ sums }: { sums: NumberView }) {
        history = sums.history;
        return undefined;
      },
    });
    const walk = walkOf(detector as Detector, 3 * minuteMs);
    for (let minute = 0; minute < 5; minute += 1) walk.gate.take(networkActivity({ timeMs: start + minute * minuteMs, id: String(minute) }));
    walk.beginTeaching();
    walk.finish();
    assert.equal(history.count, 4);
  });
});
