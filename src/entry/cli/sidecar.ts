/** `fargazer sidecar`: sees what happens inside one task, beside its containers, and tells what is unusual within a second. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { makeCommand, type Context } from './context.ts';
import type { SidecarMode, SidecarProgram } from './sidecar-program.ts';
import { outputOf } from './terminal.ts';
import { durationValue, wordValue } from './values.ts';

interface Options {
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
  check?: boolean;
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

/** All of the program that this command asks. */
export type SidecarContext = Pick<Context, 'terminal' | 'run'> & { program: SidecarProgram };

export function sidecarCommand({ program, terminal, run }: SidecarContext): Command {
  return makeCommand('sidecar', 'See inside this task, and tell what is unusual within a second.')
    .addOption(new Option('--forward <address>', 'Take logs by the Fluent forward protocol here, e.g. 127.0.0.1:24225.').argParser(addressValue).env('FARGAZER_FORWARD'))
    .addOption(new Option('--http <address>', 'Take logs by HTTP here, e.g. 127.0.0.1:24226.').argParser(addressValue).env('FARGAZER_LOGS_HTTP'))
    .addOption(new Option('--proc <dir>', 'Where /proc of the task is mounted.').default('/proc').env('FARGAZER_PROC'))
    .addOption(new Option('--state <dir>', 'Keep the state in this folder, to go on judging after a restart.').env('FARGAZER_STATE'))
    .addOption(new Option('--sink <name:target>', 'An output: jsonl:FILE, webhook:URL, sns:ARN, slack:URL, …; may be given again.').argParser(sinkValue).env('FARGAZER_SINK').default([], 'those of the configuration, else standard output'))
    .addOption(new Option('--baselines <file>', 'Begin with what this file knows (fargazer baseline export).').env('FARGAZER_BASELINES'))
    .addOption(new Option('--learn-for <duration>', 'Teach with what is seen first, and stay silent for so long.').argParser(durationValue).env('FARGAZER_LEARN_FOR'))
    .addOption(new Option('--mode <mode>', 'detect judges here; ship sends what is seen to a Kinesis stream.').argParser(wordValue(['detect', 'ship'])).default('detect').env('FARGAZER_MODE'))
    .addOption(new Option('--stream <name>', 'ship: the Kinesis stream.').env('FARGAZER_STREAM'))
    .addOption(new Option('--config <file>', 'Detectors, outputs, baselines, as YAML (FARGAZER_CONFIG holds the text itself where absent).').env('FARGAZER_CONFIG_FILE'))
    .addOption(new Option('--check', 'Say what can be seen here and what cannot, and end.'))
    .addHelpText('after', sidecarHelp)
    .action(({ config, forward, http, proc, state, baselines, sink, learnFor, mode, stream, check = false }: Options) =>
      run(async () => {
        const settings = {
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
        if (check) return (await program.checkSidecar(settings)) ? 0 : 1;
        await program.sidecar(settings);
        return 0;
      }),
    );
}

const sidecarHelp = `
Every option may stand in the environment, as FARGAZER_FORWARD, FARGAZER_LOGS_HTTP,
FARGAZER_PROC, FARGAZER_STATE, FARGAZER_SINK, FARGAZER_LEARN_FOR, FARGAZER_MODE.
The store of the configuration holds what the tasks of the service learned: each
reads all of it at its start, and adds its own vote every ten minutes.
Ends on SIGTERM within five seconds, with everything saved and delivered.
Exit status: 0 stopped; 1 it could not go on; 2 wrong usage or configuration.`;
