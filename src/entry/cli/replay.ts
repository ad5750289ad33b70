/** `fargazer replay`: what was unusual in recorded telemetry, as a table or as lines of JSON, with a report on demand. */
import { accessSync, constants, statSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { FargazerError, severities, type ReplayOutcome, type Severity } from '#contract';
import { jsonl } from '../../alerting/sinks/jsonl/index.ts';
import { makeCommand, type Context } from './context.ts';
import { outputOf } from './terminal.ts';
import { progressLine } from './progress.ts';
import { estimateText, savedText } from './remote.ts';
import type { DeliveryCount } from './program.ts';
import { addReplayOptions, replaySettings, type ReplayOptions } from './replay-options.ts';
import { writeRows } from './rows.ts';
import { summaryText } from './summary.ts';
import { endingOf } from './usage.ts';
import { severityValue, wordValue } from './values.ts';

interface Options extends ReplayOptions {
  output: 'table' | 'jsonl';
  report?: string;
  strict?: boolean;
  failOn?: Severity;
  deliver?: boolean;
  save?: string;
  estimate?: boolean;
}

export function replayCommand(context: Context): Command {
  const command = makeCommand('replay', 'Find what was unusual in recorded telemetry.')
    .argument('<paths...>', 'Files, folders, globs, - for standard input, or remote histories; NAME=PATH names records that carry no name.')
    .option('--output <kind>', 'table for people, jsonl for programs.', wordValue(['table', 'jsonl']), 'table')
    .option('--report <file>', 'Write a self-contained HTML report.')
    .option('--save <dir>', 'Save remote histories below this folder, and replay what stands there.')
    .option('--estimate', 'Say how much the remote histories hold and what AWS charges for it; read nothing.');
  return addReplayOptions(command)
    .option('--strict', 'End with status 3 when anything could not be read.')
    .option('--fail-on <severity>', 'End with status 4 when an alert is this severe or more.', severityValue)
    .option('--deliver', 'Send the alerts to the outputs of the configuration.')
    .addHelpText('after', remoteHelp + statusHelp)
    .action((paths: string[], options: Options) => context.run(() => replay(context, paths, options)));
}

const remoteHelp = `
Remote histories:
  s3://BUCKET/PREFIX?from=7d&to=1d&region=eu-central-1
  cloudwatch-logs://GROUP,GROUP,PREFIX*?from=2023-07-10T12:00Z&filter=ERROR
from and to are times, or durations back from now. Of a bucket they choose the
objects by their keys and times; --from and --to cut by the events themselves.
`;

const statusHelp = `
Exit status: 0 done, also with alerts; 1 a path is missing or the run failed;
2 wrong usage or configuration; 3 and 4 see --strict and --fail-on;
130 stopped by Ctrl-C.`;

async function replay(context: Context, paths: string[], options: Options): Promise<number> {
  const { program, terminal } = context;
  if (options.estimate === true) {
    const estimate = await program.estimate({ paths, signal: terminal.signal });
    await terminal.write(estimateText(estimate, terminal));
    return estimate.isInterrupted ? 130 : 0;
  }
  if (options.report !== undefined) checkWritable(options.report);
  const progress = progressLine(terminal);
  const settings = replaySettings(context, paths, options, progress.onProgress);
  if (options.save !== undefined) {
    const saved = await program.save({ ...settings, folder: options.save }).finally(() => progress.stop());
    terminal.say(savedText(saved, options.save));
    if (saved.isInterrupted) return 130;
    settings.paths = saved.paths;
  }
  const { outcome, notifications = [], failure } = await program.replay(settings).finally(() => progress.stop());

  // What must not be lost comes before the printing: the reader of standard output may go away.
  const failures = failure === undefined ? [] : [failure];
  if (options.report !== undefined) {
    await writeWhole(options.report, await program.report(outcome)).catch((error: unknown) => failures.push(asFailure(error)));
  }
  const deliveries = options.deliver === true ? await program.deliver(outcome.alerts, notifications, settings.config, outputOf(terminal)) : [];

  const summary = summaryText(outcome, terminal, {
    ...(options.report === undefined || failures.some(({ code }) => code === 'output-failed') ? {} : { reportFile: resolve(options.report) }),
    deliveries,
    isTeachingAll: settings.isLearnOnly,
  });
  if (options.output === 'jsonl') {
    const sink = jsonl((line) => terminal.write(line));
    for (const alert of outcome.alerts) await sink.send(alert);
    terminal.say(summary);
  } else {
    await writeRows(outcome.alerts, terminal);
    await terminal.write(summary);
  }
  for (const each of failures) terminal.say(endingOf(each, false).text);
  return statusOf(outcome, options, failures, deliveries);
}

function statusOf(outcome: ReplayOutcome, options: Options, failures: readonly FargazerError[], deliveries: readonly DeliveryCount[]): number {
  if (outcome.isInterrupted) return 130;
  const [failure] = failures;
  if (failure !== undefined) return failure.exitStatus;
  if (deliveries.some(({ failed, skipped }) => failed + skipped > 0)) return 1;
  if (options.strict === true && outcome.unreadable > 0) return 3;
  const { failOn } = options;
  if (failOn === undefined) return 0;
  const limit = severities.indexOf(failOn);
  return outcome.alerts.some(({ severity }) => severities.indexOf(severity) >= limit) ? 4 : 0;
}

/** Told before hours of reading, and not after: the report has a place to be. */
function checkWritable(file: string): void {
  try {
    accessSync(dirname(resolve(file)), constants.W_OK);
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) throw Object.assign(new Error(), { code: 'EISDIR' });
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, error: unknown): FargazerError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const reasons: Record<string, string> = {
    ENOENT: 'its folder does not exist',
    EACCES: 'its folder may not be written to',
    EROFS: 'its folder may not be written to',
    EISDIR: 'it is a folder; name a file in it',
    ENOSPC: 'the disk is full',
  };
  return new FargazerError('output-failed', `${file}: the report cannot be written: ${reasons[code] ?? code}.`, { cause: error });
}

/** Writes a file whole or not at all. */
async function writeWhole(file: string, content: string): Promise<void> {
  const draft = `${file}.${process.pid}.part`;
  try {
    await writeFile(draft, content);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw unwritable(file, error);
  }
}

function asFailure(error: unknown): FargazerError {
  return error instanceof FargazerError ? error : new FargazerError('internal', `The report could not be made: ${String(error)}.`, { cause: error });
}
