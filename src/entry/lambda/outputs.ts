/** The outputs of a configuration, made. Their code is loaded here, and that of no other. */
import type { Notifier, Sink } from '#contract';
import type { Config } from '../../config/check.ts';
import { machineSinks, notifiers } from '../outputs.ts';

const write = (text: string): void => void process.stdout.write(text);

/** They get every alert. */
export async function sinksOf({ sinks }: Config): Promise<Sink[]> {
  const made = await Promise.all([...sinks].map(([name, options]) => machineSinks.get(name)?.make(options as never, write)));
  return made.filter((sink) => sink !== undefined);
}

/** Outputs for people. */
export async function notifiersOf({ sinks, alerting: { locale, timeZone } }: Config): Promise<Notifier[]> {
  const made = await Promise.all([...sinks].map(([name, options]) => notifiers.get(name)?.make({ locale, timeZone, ...(options as object) } as never, write)));
  return made.filter((notifier) => notifier !== undefined);
}
