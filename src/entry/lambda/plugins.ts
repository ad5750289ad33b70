/** What a configuration of the function may name: all detectors, and the sinks that deliver over the network. */
import type { z } from 'zod';
import { FargazerError, type Sink } from '#contract';
import { sns } from '../../alerting/sinks/sns/index.ts';
import { snsOptions } from '../../alerting/sinks/sns/options.ts';
import { webhook } from '../../alerting/sinks/webhook/index.ts';
import { webhookOptions } from '../../alerting/sinks/webhook/options.ts';
import type { Config } from '../../config/config.ts';
import type { Plugins } from '../../config/schema.ts';
import { detectors } from '../../../detectors/index.ts';

const sinkMakers: ReadonlyMap<string, { schema: z.ZodType; make: (settings: never) => Sink }> = new Map([
  ['webhook', { schema: webhookOptions as z.ZodType, make: webhook as (settings: never) => Sink }],
  ['sns', { schema: snsOptions as z.ZodType, make: sns as (settings: never) => Sink }],
]);

export const plugins: Plugins = {
  detectors: new Map(detectors.map(({ id, options }) => [id, options])),
  sinks: new Map([...sinkMakers].map(([name, { schema }]) => [name, schema])),
};

/** The sinks of a configuration, and the deployment's own topic where it names no other. */
export function sinksOf({ sinks }: Config, topicArn: string | undefined): Sink[] {
  const settings = new Map(sinks);
  if (topicArn !== undefined && !settings.has('sns')) {
    const parsed = snsOptions.safeParse({ topicArn });
    if (!parsed.success) throw new FargazerError('config-invalid', `FARGAZER_TOPIC_ARN: ${parsed.error.issues[0]?.message ?? 'expected the ARN of a topic'}. Nothing was read.`);
    settings.set('sns', parsed.data);
  }
  return [...settings].map(([name, options]) => sinkMakers.get(name)!.make(options as never));
}
