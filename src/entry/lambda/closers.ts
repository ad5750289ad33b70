/** What closing and delivering need beside the lanes: the walk with its detectors, and the outputs. A piece of its own, which a container loads when it first has something to close or to deliver. */
import type { Clock, Store } from '#contract';
import type { Config } from '../../config/check.ts';
import { makeOutputs } from '../outputs.ts';
import { walkOf, type MakeWalk } from '../program/engine.ts';
import { close } from './closing.ts';
import { deliver } from './delivery.ts';
import type { Journal } from './journal.ts';
import type { TimeLeft } from './time-left.ts';

export interface CloserParts {
  config: Config;
  store: Store;
  clock: Clock;
  journal: Journal;
  learnForMs?: number;
}

export interface Closers {
  /** Closes what has passed; gives whether rounds are left for want of time. Throws as store and walk do. */
  close(time: TimeLeft): Promise<boolean>;
  /** Delivers what waits, as far as the time goes. */
  deliver(time: TimeLeft): Promise<void>;
}

/** The log of the function: lines for programs. */
const output = { write: (text: string): void => void process.stdout.write(text), columns: 80, hasColour: false, timeZone: 'UTC' };

export async function openClosers({ config, ...parts }: CloserParts): Promise<Closers> {
  const { alerting } = config;
  const { sinks, notifiers } = await makeOutputs(config.sinks, alerting, output);
  const makeWalk: MakeWalk = (run, state, lateness) => walkOf(config, run, state, lateness);
  return {
    close: (time) => close({ ...parts, sinks, notifiers, alerting, makeWalk }, time),
    deliver: (time) => deliver({ ...parts, sinks, notifiers, alerting, reporter: parts.journal.reporter }, time),
  };
}
