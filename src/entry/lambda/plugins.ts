/** What a configuration of the function may name: all detectors, and the outputs that deliver over the network. */
import type { Notifier, Sink } from '#contract';
import type { Config } from '../../config/config.ts';
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

/** The sinks of a configuration: they get every alert. */
export function sinksOf({ sinks }: Config): Sink[] {
  return [...sinks].flatMap(([name, options]) => machineSinks.get(name)?.make(options as never, write) ?? []);
}

/** Outputs for people. */
export function notifiersOf({ sinks, alerting: { locale, timeZone } }: Config): Notifier[] {
  return [...sinks].flatMap(([name, options]) => notifiers.get(name)?.make({ locale, timeZone, ...(options as object) } as never, write) ?? []);
}
