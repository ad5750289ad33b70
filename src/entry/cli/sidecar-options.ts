/** The options of a sidecar, for whoever runs one and for whoever asks what it would see: on the command line or in the environment. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Context } from './context.ts';
import type { SidecarMode, SidecarProgram, SidecarSettings } from './sidecar-program.ts';
import { outputOf } from './terminal.ts';
import { durationValue, wordValue } from './values.ts';

export interface SidecarOptions {
  forward?: string;
  http?: string;
  proc: string;
  state?: string;
  sink: string[];
  baselines?: string;
  learnFor?: number;
  mode: SidecarMode;
  stream?: string;
  config?: string;
}

/** All of the program that commands of a sidecar ask. */
export type SidecarContext = Pick<Context, 'terminal' | 'run'> & { program: SidecarProgram };

export function addSidecarOptions(command: Command): Command {
  return command
    .addOption(new Option('--forward <address>', 'Take logs by the Fluent forward protocol here, e.g. 127.0.0.1:24225.').argParser(addressValue).env('FARGAZER_FORWARD'))
    .addOption(new Option('--http <address>', 'Take logs by HTTP here, e.g. 127.0.0.1:24226.').argParser(addressValue).env('FARGAZER_LOGS_HTTP'))
    .addOption(new Option('--proc <dir>', 'Where /proc of the task is mounted.').default('/proc').env('FARGAZER_PROC'))
    .addOption(new Option('--state <dir>', 'Keep the state in this folder, to go on judging after a restart.').env('FARGAZER_STATE'))
    .addOption(new Option('--sink <name:target>', 'An output: jsonl:FILE, webhook:URL, sns:ARN, slack:URL, …; may be given again.').argParser(sinkValue).env('FARGAZER_SINK').default([], 'those of the configuration, else standard output'))
    .addOption(new Option('--baselines <file>', 'Begin with what this file knows (fargazer baseline export).').env('FARGAZER_BASELINES'))
    .addOption(new Option('--learn-for <duration>', 'Teach with what is seen first, and stay silent for so long.').argParser(durationValue).env('FARGAZER_LEARN_FOR'))
    .addOption(new Option('--mode <mode>', 'detect judges here; ship sends what is seen to a Kinesis stream.').argParser(wordValue(['detect', 'ship'])).default('detect').env('FARGAZER_MODE'))
    .addOption(new Option('--stream <name>', 'ship: the Kinesis stream.').env('FARGAZER_STREAM'))
    .addOption(new Option('--config <file>', 'Detectors, outputs, baselines, as YAML (FARGAZER_CONFIG holds the text itself where absent).').env('FARGAZER_CONFIG_FILE'));
}

export async function sidecarSettings({ program, terminal }: Pick<SidecarContext, 'program' | 'terminal'>, { config, forward, http, proc, state, baselines, sink, learnFor, mode, stream }: SidecarOptions): Promise<SidecarSettings> {
  return {
    config: await program.sidecarConfig(config, sink),
    ...(forward === undefined ? {} : { forward }),
    ...(http === undefined ? {} : { http }),
    procPath: proc,
    ...(state === undefined ? {} : { stateDir: state }),
    ...(baselines === undefined ? {} : { baselinesFile: baselines }),
    ...(learnFor === undefined ? {} : { learnForMs: learnFor }),
    mode,
    ...(stream === undefined ? {} : { stream }),
    output: outputOf(terminal),
    signal: terminal.signal,
    onNotice: (notice: string) => terminal.say(`${notice}\n`),
  };
}

/** An address: `HOST:PORT`, a port alone on the loopback, or `unix:PATH`. */
function addressValue(text: string): string {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return `127.0.0.1:${text}`;
  if (/^(?:unix:\/.+|[^\s:]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5})$/.test(text)) return text;
  throw new InvalidArgumentError('expected HOST:PORT, a port, or unix:/PATH');
}

function sinkValue(text: string, before: string[] = []): string[] {
  const sinks = text.split(/\s+/).filter((one) => one !== '');
  for (const sink of sinks) if (!/^[a-z][a-z0-9-]*(?::\S+)?$/.test(sink)) throw new InvalidArgumentError('expected NAME or NAME:TARGET, such as jsonl:/state/alerts.jsonl');
  return [...before, ...sinks];
}
