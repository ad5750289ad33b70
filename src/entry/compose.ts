/** The one place where rooms meet: puts sources, decoders, engine, detectors, stores and sinks together. */
import { FargazerError, type Alert, type Notification } from '#contract';
import { deliver, type Delivery } from '../alerting/deliver.ts';
import { notifierOutlet } from '../alerting/dispatch/notifier-outlet.ts';
import { defaultConfig, loadConfig, readConfig, type Config } from '../config/index.ts';
import { decoders } from '../decode/formats.ts';
import { memoryStore } from '../stores/memory/index.ts';
import { detectors } from '../../detectors/index.ts';
import { alerts } from './alerts.ts';
import type { Output, Program } from './cli/program.ts';
import { consume, coverage } from './consume.ts';
import { configText } from './environment.ts';
import { outputsOf } from './outputs.ts';
import { plugins } from './plugins.ts';
import { accept, exportAll, forget, show } from './program/baselines.ts';
import { runDoctor } from './program/doctor/run.ts';
import { inspect } from './program/inspect.ts';
import { estimate, save } from './program/remote.ts';
import { replay } from './program/replay.ts';
import { score } from './program/score.ts';
import { templates } from './program/templates.ts';
import { why } from './program/why.ts';
import { withSecrets } from './secrets.ts';
import { sidecarConfig } from './sidecar-config.ts';
import { tail } from './tail.ts';

export { plugins };

const standard = (): Config => defaultConfig(plugins);

export const program: Program = {
  formats: () => decoders.map(({ id, title, source, feed }) => ({ id, title, source, feed })),
  detectors: () => detectors.map(({ id, title, severity, attack, reads }) => ({ id, title, severity, attack, reads })),
  config: (file) => (file === undefined ? standard() : readConfig(file, plugins)),
  liveConfig: () => loadConfig(configText(process.env), 'FARGAZER_CONFIG', plugins),
  consume: async (settings) => consume({ ...settings, config: await withSecrets(settings.config, plugins) }),
  coverage,
  sidecarConfig,
  // A room of its own: no other command looks into a task.
  sidecar: async (settings) => (await import('./sidecar.ts')).sidecar(settings),
  doctorOfTask: async (settings, onCheck) => (await import('./program/doctor/task.ts')).doctorOfTask(settings, onCheck),
  async previewSinks(settings) {
    const { previewSinks } = await import('./program/preview.ts');
    return previewSinks(settings);
  },
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
  deliver: deliverAll,
  alerts,
  baselines: {
    show: (name) => show(name, standard()),
    accept: (name, value) => accept(name, value, standard()),
    forget: (name, value) => forget(name, value, standard()),
    export: (name) => exportAll(name, standard()),
  },
};

async function deliverAll(alerts: readonly Alert[], notifications: readonly Notification[], config: Config, output: Output): Promise<Delivery[]> {
  if (config.sinks.size === 0) {
    throw new FargazerError('usage', '--deliver: the configuration names no sink. Add one, for example sinks: { webhook: { url: … } }, and name the file with --config.');
  }
  const { sinks, notifiers } = await outputsOf(await withSecrets(config, plugins), output);
  const { receivers } = config.alerting;
  const store = memoryStore();
  const outlets = notifiers.map((notifier) => notifierOutlet(notifier, { store, isFor: (receiver) => receivers[receiver]?.outputs.includes(notifier.name) === true }));
  const sendings = notifications.map((notification) => ({ id: notification.key, revision: notification.sequence, notification }));
  const [ofAlerts, ofNotifications] = await Promise.all([deliver(alerts, sinks), deliver(sendings, outlets)]);
  return [...ofAlerts, ...ofNotifications];
}
