/** The one place where rooms meet: puts sources, decoders, engine, detectors, stores and sinks together. */
import type { z } from 'zod';
import { FargazerError, type Sink } from '#contract';
import { deliver } from '../alerting/pipeline.ts';
import { webhook } from '../alerting/sinks/webhook/index.ts';
import { webhookOptions } from '../alerting/sinks/webhook/options.ts';
import { defaultConfig, readConfig, type Config } from '../config/index.ts';
import type { Plugins } from '../config/schema.ts';
import { decoders } from '../decode/formats.ts';
import { detectors } from '../../detectors/index.ts';
import type { Program } from './cli/program.ts';
import { accept, exportAll, forget, show } from './program/baselines.ts';
import { inspect } from './program/inspect.ts';
import { replay } from './program/replay.ts';
import { score } from './program/score.ts';
import { templates } from './program/templates.ts';
import { why } from './program/why.ts';

/** A sink that people can name in a configuration: its schema and its maker. */
const sinkMakers: ReadonlyMap<string, { schema: z.ZodType; make: (settings: never) => Sink }> = new Map([
  ['webhook', { schema: webhookOptions, make: webhook as (settings: never) => Sink }],
]);

export const plugins: Plugins = {
  detectors: new Map(detectors.map(({ id, options }) => [id, options])),
  sinks: new Map([...sinkMakers].map(([name, { schema }]) => [name, schema])),
};

const standard = (): Config => defaultConfig(plugins);

export const program: Program = {
  formats: () => decoders.map(({ id, title, source, feed }) => ({ id, title, source, feed })),
  detectors: () => detectors.map(({ id, title, severity, attack, reads }) => ({ id, title, severity, attack, reads })),
  config: (file) => (file === undefined ? standard() : readConfig(file, plugins)),
  replay,
  inspect: (settings) => inspect(settings, plugins),
  why,
  score,
  templates,
  async report(outcome) {
    const { renderReport } = await import('../web/report/render.ts');
    return renderReport(outcome, { includeRaw: outcome.isRawKept });
  },
  deliver: (alerts, config) => deliver(alerts, sinksOf(config)),
  baselines: {
    show: (name) => show(name, standard()),
    accept: (name, value) => accept(name, value, standard()),
    forget: (name, value) => forget(name, value, standard()),
    export: (name) => exportAll(name, standard()),
  },
};

function sinksOf(config: Config): Sink[] {
  if (config.sinks.size === 0) {
    throw new FargazerError('usage', '--deliver: the configuration names no sink. Add one, for example sinks: { webhook: { url: … } }, and name the file with --config.');
  }
  return [...config.sinks].map(([name, settings]) => sinkMakers.get(name)!.make(settings as never));
}
