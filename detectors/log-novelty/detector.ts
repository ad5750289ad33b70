/** draft */
import { z } from 'zod';
import { lineKinds } from '#baselines';
import { defineDetector, type LogKind } from '#contract';

export const logNovelty = defineDetector({
  id: 'log-novelty',
  title: 'A kind of line that the service never wrote',
  severity: 'medium',
  attack: [],
  reads: 'log-kind',
  scope: 'container',
  options: z.strictObject({}),
  baseline: { kinds: lineKinds(({ templateId, template }: LogKind) => ({ templateId, template })) },
  judge({ kinds }, { templateId, template, count }, _options, { name }) {
    const standing = kinds.of(templateId, template);
    if (standing.isUsual) return undefined;
    return {
      object: kinds.representative(templateId, template).id,
      title: `${name} wrote a kind of line it never wrote before`,
      summary: `${name} wrote “${template}”, a kind of line never seen before.`,
      observed: count, expected: 0, unit: 'lines', score: 0.6,
      quiet: 'Three days with such lines, or three tasks on two days.',
      lookFirst: 'What the program did at that moment.',
      about: 'owner',
    };
  },
});
