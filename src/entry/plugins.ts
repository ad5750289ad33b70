/** Everything a configuration can name: detectors, live sources, stores and outputs, each with its schema and its maker. */
import { z } from 'zod';
import { systemClock, type LiveSource, type Notifier, type Sink, type Store } from '#contract';
import { console as consoleSink } from '../alerting/sinks/console/index.ts';
import { jsonl, jsonlFile } from '../alerting/sinks/jsonl/index.ts';
import { jsonlOptions } from '../alerting/sinks/jsonl/options.ts';
import type { Config } from '../config/index.ts';
import type { Plugins } from '../config/schema.ts';
import { cloudWatchLogs } from '../sources/cloudwatch-logs/index.ts';
import { cloudWatchLogsOptions } from '../sources/cloudwatch-logs/options.ts';
import { followOptions } from '../sources/file/follow-options.ts';
import { follow } from '../sources/file/follow.ts';
import { kinesis, kinesisOptions } from '../sources/kinesis/index.ts';
import { s3 } from '../sources/s3/index.ts';
import { s3Options } from '../sources/s3/options.ts';
import { stdin } from '../sources/stdin/live.ts';
import { stdinOptions } from '../sources/stdin/options.ts';
import { dynamodbStore } from '../stores/dynamodb/index.ts';
import { dynamodbStoreOptions } from '../stores/dynamodb/options.ts';
import { embeddedStore } from '../stores/embedded/index.ts';
import { memoryStore } from '../stores/memory/index.ts';
import { s3Store } from '../stores/s3/index.ts';
import { s3StoreOptions } from '../stores/s3/options.ts';
import type { Output } from './cli/program.ts';
import { shorthands } from './shorthands.ts';
import { machineSinks, notifiers } from './outputs.ts';
import { detectors } from '../../detectors/index.ts';

interface Kind<Made, Given = undefined> {
  schema: z.ZodType;
  make: (options: never, given: Given) => Made;
}

const clock = systemClock;

export const sourceKinds: ReadonlyMap<string, Kind<LiveSource>> = new Map<string, Kind<LiveSource>>([
  ['kinesis', { schema: kinesisOptions, make: (options) => kinesis(options, { clock }) }],
  ['cloudwatch-logs', { schema: cloudWatchLogsOptions, make: (options) => cloudWatchLogs(options, { clock }) }],
  ['s3', { schema: s3Options, make: (options) => s3(options, { clock }) }],
  ['file', { schema: followOptions, make: (options) => follow(options, { clock }) }],
  ['stdin', { schema: stdinOptions, make: () => stdin({ clock }) }],
]);

export const storeKinds: ReadonlyMap<string, Kind<Store>> = new Map<string, Kind<Store>>([
  ['memory', { schema: z.strictObject({}), make: () => memoryStore() }],
  ['embedded', { schema: z.strictObject({ folder: z.string().min(1).describe('Folder of the state; made where it does not exist.') }), make: ({ folder }: { folder: string }) => embeddedStore(folder) }],
  ['dynamodb', { schema: dynamodbStoreOptions, make: (options) => dynamodbStore(options, { clock }) }],
  ['s3', { schema: s3StoreOptions, make: (options) => s3Store(options, { clock }) }],
]);

/** On standard output, or in a file. */
export const printedSinks: ReadonlyMap<string, Kind<Sink, Output>> = new Map<string, Kind<Sink, Output>>([
  ['console', { schema: z.strictObject({}), make: (_options, { write, columns, hasColour, timeZone }) => consoleSink(write, { columns, color: hasColour, timeZone }) }],
  ['jsonl', { schema: jsonlOptions, make: ({ file }: z.infer<typeof jsonlOptions>, { write }) => (file === undefined ? jsonl(write) : jsonlFile(file)) }],
]);

/** Outputs of a configuration; alerts go to standard output where it names none, as rows for people or lines for programs. */
export async function outputsOf({ sinks, alerting }: Pick<Config, 'sinks' | 'alerting'>, output: Output): Promise<{ sinks: Sink[]; notifiers: Notifier[] }> {
  const named: readonly (readonly [string, unknown])[] = sinks.size > 0 ? [...sinks] : [[output.hasColour ? 'console' : 'jsonl', {}]];
  const { locale, timeZone } = alerting;
  const made: { sinks: Sink[]; notifiers: Notifier[] } = { sinks: [], notifiers: [] };
  for (const [name, options] of named) {
    const printed = printedSinks.get(name);
    const machine = machineSinks.get(name);
    if (printed !== undefined) made.sinks.push(printed.make(options as never, output));
    else if (machine !== undefined) made.sinks.push(await machine.make(options as never, (text) => output.write(text)));
    else made.notifiers.push(await notifiers.get(name)!.make({ locale, timeZone, ...(options as object) } as never, (text) => output.write(text)));
  }
  return made;
}

const schemas = (kinds: ReadonlyMap<string, { schema: z.ZodType }>): Map<string, z.ZodType> => new Map([...kinds].map(([name, { schema }]) => [name, schema]));

export const plugins: Plugins = {
  detectors: new Map(detectors.map(({ id, options }) => [id, options])),
  sinks: new Map([...schemas(printedSinks), ...schemas(machineSinks), ...schemas(notifiers)]),
  shorthands,
  sources: schemas(sourceKinds),
  stores: schemas(storeKinds),
};
