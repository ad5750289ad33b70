/** draft */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type Destination } from '#contract';

export const newDestination = defineDetector({
  id: 'new-destination',
  title: 'Service talks to a destination it never used',
  severity: 'medium',
  attack: ['T1071'],
  reads: 'destination',
  scope: 'owner',
  options: z.strictObject({}),
  baseline: { peers: { ...seen(({ peer, port, protocol }: Destination) => `${peer}|${port}|${protocol}`), borrows: true } },
  judge({ peers }, { peer, port, protocol }, _options, { name }) {
    const standing = peers.of(`${peer}|${port}|${protocol}`);
    if (standing.isUsual) return undefined;
    return {
      object: `${peer}:${port}/${protocol}`,
      title: `${name} talks to ${peer} port ${port}, which it never used`,
      summary: `${name} opened a connection to ${peer} port ${port}.`,
      observed: peer, expected: 'a known destination', unit: 'destination', score: 0.6,
      quiet: 'Three days with such connections, or three tasks on two days.',
      lookFirst: 'Which program opened it.',
      about: 'owner',
    };
  },
});
