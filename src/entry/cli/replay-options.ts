/** The options of a replay, shared by the commands that walk records: `replay`, `why`. */
import { Option, type Command } from 'commander';
import { FargazerError } from '#contract';
import { nearest } from '../../config/index.ts';
import type { Context } from './context.ts';
import type { Progress, ReadSettings, ReplaySettings } from './program.ts';
import { durationValue, flowFieldsValue, instantValue, workersValue } from './values.ts';

export interface ReadOptions {
  format?: string;
  flowFields?: string[];
}

export interface ReplayOptions extends ReadOptions {
  state?: string;
  learnFor?: number;
  learnOnly?: boolean;
  from?: number;
  to?: number;
  config?: string;
  workers: number;
  raw: boolean;
}

export function addReadOptions(command: Command): Command {
  return command
    .option('--format <id>', 'Read every file in this format (see fargazer formats).')
    .option('--flow-fields <list>', 'Fields of flow logs without a header line, in order.', flowFieldsValue);
}

export function addReplayOptions(command: Command): Command {
  return addReadOptions(command)
    .option('--state <dir>', 'Go on from the baselines in this folder, and save them there.')
    .addOption(
      new Option('--learn-for <duration>', 'Teach with the first part of event time, and stay silent in it (10m, 24h, 7d).')
        .argParser(durationValue)
        .conflicts('learnOnly'),
    )
    .option('--learn-only', 'Teach with everything, and stay silent.')
    .option('--from <time>', 'Read events from this time on (2023-07-10T12:05Z).', instantValue)
    .option('--to <time>', 'Read events before this time.', instantValue)
    .option('--config <file>', 'Options of detectors, allowances and outputs, as YAML.')
    .option('--workers <number>', 'Threads that judge; their number changes no result.', workersValue, 1)
    .option('--no-raw', 'Leave raw records out of everything that is shown.');
}

export function readSettings(
  { program, terminal }: Context,
  paths: string[],
  { format, flowFields }: ReadOptions,
  onProgress?: (progress: Progress) => void,
): ReadSettings {
  if (format !== undefined) {
    const ids = program.formats().map(({ id }) => id);
    if (!ids.includes(format)) {
      const meant = nearest(format, ids);
      throw new FargazerError('format-unknown', `There is no format ${format}; ${meant === undefined ? 'fargazer formats lists them.' : `did you mean ${meant}?`}`);
    }
  }
  return {
    paths,
    ...(format === undefined ? {} : { format }),
    ...(flowFields === undefined ? {} : { flowFields }),
    signal: terminal.signal,
    ...(onProgress === undefined ? {} : { onProgress }),
  };
}

export function replaySettings(
  context: Context,
  paths: string[],
  options: ReplayOptions,
  onProgress?: (progress: Progress) => void,
): ReplaySettings {
  const { from, to } = options;
  if (from !== undefined && to !== undefined && from >= to) {
    throw new FargazerError('usage', '--from and --to: expected a start before the end.');
  }
  return {
    ...readSettings(context, paths, options, onProgress),
    config: context.program.config(options.config),
    ...(options.state === undefined ? {} : { stateDir: options.state }),
    ...(options.learnFor === undefined ? {} : { learnForMs: options.learnFor }),
    isLearnOnly: options.learnOnly === true,
    ...(from === undefined ? {} : { fromMs: from }),
    ...(to === undefined ? {} : { toMs: to }),
    workers: options.workers,
    isRawKept: options.raw,
    command: ['fargazer', ...context.words].map(quoted).join(' '),
  };
}

/** A word as a shell reads it back. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
