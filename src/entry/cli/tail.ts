/** `fargazer tail`: follows log groups, streams and files, and tells what is unusual as it happens. */
import type { Command } from 'commander';
import { duration, number, quantity, sanitize } from '../../alerting/text.ts';
import { wrap } from '../../alerting/sinks/console/width.ts';
import { makeCommand, type Context } from './context.ts';
import type { TailOutcome } from './program.ts';
import { counted, utc } from './summary.ts';
import { outputOf, paint, type Terminal } from './terminal.ts';
import { endingOf } from './usage.ts';
import { durationValue, flowFieldsValue, wordValue } from './values.ts';

interface Options {
  output: 'table' | 'jsonl';
  state?: string;
  learnFor?: number;
  config?: string;
  flowFields?: string[];
  fromStart?: boolean;
  liveTail?: boolean;
}

export function tailCommand({ program, terminal, run }: Context): Command {
  return makeCommand('tail', 'Follow log groups, streams and files, and tell what is unusual as it happens.')
    .argument('<places...>', 'cloudwatch-logs://GROUP, kinesis:STREAM, files, folders, globs, - for standard input.')
    .option('--output <kind>', 'table for people, jsonl for programs.', wordValue(['table', 'jsonl']), 'table')
    .option('--learn-for <duration>', 'Teach with the first records, and stay silent for so long (10m, 24h, 7d).', durationValue)
    .option('--state <dir>', 'Keep what was learned in this folder, and go on from there; in memory alone where absent.')
    .option('--config <file>', 'Options of detectors and allowances, as YAML; its sources, store and outputs are not used.')
    .option('--flow-fields <list>', 'Fields of flow logs without a header line, in order.', flowFieldsValue)
    .option('--from-start', 'Read files and streams from what they hold already.')
    .option('--live-tail', "Listen to log groups by CloudWatch's Live Tail: sooner by seconds, sampled above 500 events a second, charged by the minute.")
    .addHelpText('after', tailHelp)
    .action((places: string[], options: Options) =>
      run(async () => {
        const { output, state, learnFor, config, flowFields, fromStart = false, liveTail = false } = options;
        const say = (text: string): void => terminal.say(`${sanitize(text)}\n`);
        const following = program.tail({
          places,
          config: program.config(config),
          ...(state === undefined ? {} : { stateDir: state }),
          ...(learnFor === undefined ? {} : { learnForMs: learnFor }),
          ...(flowFields === undefined ? {} : { flowFields }),
          isFromStart: fromStart,
          isLiveTail: liveTail,
          kind: output,
          output: outputOf(terminal),
          signal: terminal.signal,
          onNotice: say,
        });
        const outcome = await following;
        terminal.say(tailText(outcome, terminal, state));
        if (outcome.failure !== undefined) terminal.say(endingOf(outcome.failure, false).text);
        return outcome.failure?.exitStatus ?? 0;
      }),
    );
}

const tailHelp = `
  cloudwatch-logs:///ecs/app?from=2h&filter=ERROR&region=eu-central-1
  kinesis:telemetry?from=2h&region=eu-central-1
from is a time, or a duration back from now. Ends on Ctrl-C, with what was read.
Exit status: 0 stopped; 1 it could not go on; 2 wrong usage or configuration.`;

export function tailText(outcome: TailOutcome, terminal: Terminal, state: string | undefined): string {
  const { events, bytes, unreadable, late, setAside, alerts, tookMs } = outcome;
  const texts = [
    `${counted(alerts, 'alert')} in ${duration(tookMs)}.`,
    `Read ${counted(events, 'event')} (${quantity(bytes, 'bytes')}); ${[
      `${number(late)} came late`,
      `${number(unreadable)} could not be read`,
      ...(setAside === 0 ? [] : [`${number(setAside)} were older than what was judged, or dated ahead`]),
    ].join(', ')}.`,
    learningText(outcome),
    state === undefined ? 'What was learned is forgotten; --state DIR keeps it.' : `What was learned is kept in ${state}.`,
  ];
  return texts
    .flatMap((text, index) => {
      const [first = '', ...more] = wrap(sanitize(text), terminal.columns, 12);
      return [index === 0 ? paint(terminal, 'bold', first) : first, ...more.map((line) => `  ${line}`)];
    })
    .map((line) => `${line}\n`)
    .join('');
}

function learningText({ owners, readyOwners, teachUntilMs }: TailOutcome): string {
  if (owners === 0) return 'Nothing was walked yet: a minute is judged once what may come late had its time.';
  if (teachUntilMs !== undefined) return `Still teaching, until ${utc(teachUntilMs)} UTC by the records: nothing was judged.`;
  const all = counted(owners, 'entity', 'entities');
  return readyOwners === owners ? `It knew enough of all ${all} to judge them.` : `Still learning: it knew enough of ${number(readyOwners)} of ${all} to judge them.`;
}
