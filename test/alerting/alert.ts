/** An alert to send, whole and plain; tests change what they are about. */
import type { Alert, AlertSeries } from '#contract';

export function anAlert(changes: Partial<Alert> = {}): Alert {
  return {
    schemaVersion: 1,
    id: '5f2c8a11d0b94e77',
    revision: 2,
    incident: null,
    status: 'firing',
    detector: 'egress-volume',
    severity: 'high',
    title: 'checkout sent 41 MB to an address it never used',
    summary: 'checkout sent 41 MB in one minute, where 0.2 to 3.1 MB are usual.',
    firstSeen: '2026-03-04T18:15:00.000Z',
    lastSeen: '2026-03-04T18:19:00.000Z',
    count: 5,
    entity: {
      kind: 'service',
      name: 'checkout',
      account: '123456789012',
      region: 'eu-west-1',
      cluster: 'shop',
      container: 'app',
      instance: '0123456789abcdef0123456789abcdef',
      phase: 'run',
    },
    object: '203.0.113.77:443',
    attack: ['T1048'],
    evidence: {
      observed: 41_000_000,
      expected: '0.2 to 3.1 MB a minute',
      unit: 'bytes/min',
      score: 0.97,
      records: [{ file: 'flows.log', line: 7, raw: '2 123456789012 eni-1 …' }],
    },
    explanation: {
      history: '21 days, 140 tasks',
      quiet: 'Three more tasks that send as much on two days.',
      lookFirst: 'The program that sent it.',
    },
    ...changes,
  };
}

/** Twenty quiet minutes and one of this many bytes. */
export function aSeries(lastBytes = 41_000_000): AlertSeries {
  return { unit: 'bytes/min', start: '2026-03-04T17:55:00.000Z', stepSeconds: 60, values: [...Array.from({ length: 20 }, (_, index) => 200_000 + 90_000 * (index % 5)), lastBytes], low: 200_000, high: 3_100_000 };
}

/** The alert with its recent values, so that there is something to draw. */
export function aDrawnAlert(changes: Partial<Alert> = {}, lastBytes?: number): Alert {
  const alert = anAlert(changes);
  return { ...alert, evidence: { ...alert.evidence, series: aSeries(lastBytes) } };
}
