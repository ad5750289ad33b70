/** The one place where rooms meet: puts sources, decoders, engine, detectors, stores and sinks together. */
import { FargazerError, type Sink } from '#contract';
import { deliver } from '../alerting/deliver.ts';
import { defaultConfig, loadConfig, readConfig, type Config } from '../config/index.ts';
import { decoders } from '../decode/formats.ts';
import { detectors } from '../../detectors/index.ts';
import type { Output, Program } from './cli/program.ts';
import { consume, coverage } from './consume.ts';
import { configText } from './environment.ts';
import { plugins, sinkKinds } from './plugins.ts';
import { accept, exportAll, forget, show } from './program/baselines.ts';
import { runDoctor } from './program/doctor/run.ts';
import { inspect } from './program/inspect.ts';
import { estimate, save } from './program/remote.ts';
import { replay } from './program/replay.ts';
import { score } from './program/score.ts';
import { templates } from './program/templates.ts';
import { why } from './program/why.ts';
import { tail } from './tail.ts';

export { plugins };

const standard = (): Config => defaultConfig(plugins);

export const program: Program = {
  formats: () => decoders.map(({ id, title, source, feed }) => ({ id, title, source, feed })),
  detectors: () => detectors.map(({ id, title, severity, attack, reads }) => ({ id, title, severity, attack, reads })),
  config: (file) => (file === undefined ? standard() : readConfig(file, plugins)),
  liveConfig: () => loadConfig(configText(process.env), 'FARGAZER_CONFIG', plugins),
  consume,
  coverage,
  replay,
  save,
  estimate,
  tail,
  doctor: runDoctor,
  inspect: (settings) => inspect(settings, plugins),
  why,
  score,
  templates,
  async report(outcome) {
    const { renderReport } = await import('../web/report/render.ts');
    return renderReport(outcome, { includeRaw: outcome.isRawKept });
  },
  deliver: (alerts, config, output) => deliver(alerts, sinksOf(config, output)),
  baselines: {
    show: (name) => show(name, standard()),
    accept: (name, value) => accept(name, value, standard()),
    forget: (name, value) => forget(name, value, standard()),
    export: (name) => exportAll(name, standard()),
  },
};

function sinksOf(config: Config, output: Output): Sink[] {
  if (config.sinks.size === 0) {
    throw new FargazerError('usage', '--deliver: the configuration names no sink. Add one, for example sinks: { webhook: { url: … } }, and name the file with --config.');
  }
  return [...config.sinks].map(([name, settings]) => sinkKinds.get(name)!.make(settings as never, output));
}
