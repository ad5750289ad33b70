/** Everything a configuration can name: detectors, live sources, stores and outputs, each with its schema and its maker. */
import type { z } from 'zod';
import { systemClock, type LiveSource } from '#contract';
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
import { sidecarPlugins } from './sidecar-plugins.ts';

interface SourceKind {
  schema: z.ZodType;
  make: (options: never) => LiveSource;
}

const clock = systemClock;

export const sourceKinds: ReadonlyMap<string, SourceKind> = new Map<string, SourceKind>([
  ['kinesis', { schema: kinesisOptions, make: (options) => kinesis(options, { clock }) }],
  ['cloudwatch-logs', { schema: cloudWatchLogsOptions, make: (options) => cloudWatchLogs(options, { clock }) }],
  ['s3', { schema: s3Options, make: (options) => s3(options, { clock }) }],
  ['file', { schema: followOptions, make: (options) => follow(options, { clock }) }],
  ['stdin', { schema: stdinOptions, make: () => stdin({ clock }) }],
]);

export const plugins: Plugins = {
  ...sidecarPlugins,
  sources: new Map([...sourceKinds].map(([name, { schema }]) => [name, schema])),
};
