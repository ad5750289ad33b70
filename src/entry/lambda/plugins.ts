/** What a configuration of the function may name: all detectors, and the outputs that deliver over the network. */
import type { Notifier, Sink } from '#contract';
import type { Config } from '../../config/check.ts';
import type { Plugins } from '../../config/schema.ts';
import { detectors } from '../../../detectors/index.ts';
import { machineSinks, notifiers } from '../outputs.ts';
import { shorthands } from '../shorthands.ts';

export const plugins: Plugins = {
  detectors: new Map(detectors.map(({ id, options }) => [id, options])),
  shorthands,
  sinks: new Map([...machineSinks, ...notifiers].map(([name, { schema }]) => [name, schema])),
};

const write = (text: string): void => void process.stdout.write(text);

/** The sinks of a configuration: they get every alert. Their code is loaded here, and that of no other. */
export async function sinksOf({ sinks }: Config): Promise<Sink[]> {
  const made = await Promise.all([...sinks].map(([name, options]) => machineSinks.get(name)?.make(options as never, write)));
  return made.filter((sink) => sink !== undefined);
}

/** Outputs for people. */
export async function notifiersOf({ sinks, alerting: { locale, timeZone } }: Config): Promise<Notifier[]> {
  const made = await Promise.all([...sinks].map(([name, options]) => notifiers.get(name)?.make({ locale, timeZone, ...(options as object) } as never, write)));
  return made.filter((notifier) => notifier !== undefined);
}
