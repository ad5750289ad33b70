/** `fargazer alerts`: what is open, why something was told or not, which way it goes, what nobody wants to hear for a while. */
import { Argument, InvalidArgumentError, type Command } from 'commander';
import { parseMatcher, type Matcher, labelNames } from '#contract';
import { suggestion } from '../../config/index.ts';
import type { AlertsPlace } from './alerts-program.ts';
import { listingText, redeliveryText, routesText, silenceText, silencesText, storyText, trialText } from './alerts-text.ts';
import { makeCommand, type Context } from './context.ts';
import { outputOf } from './terminal.ts';
import { durationValue, instantValue } from './values.ts';

interface PlaceOptions {
  config?: string;
  state?: string;
}

const heldHelp = '\nA state in a folder is held by the process that works on it; a table or a bucket is not.';

export function alertsCommand(context: Context): Command {
  const group = makeCommand('alerts', 'See what is open, why it was told or not, and silence it.');
  for (const make of [listCommand, whyCommand, routeCommand, silenceCommand, redeliverCommand, testCommand]) group.addCommand(make(context));
  return group;
}

function inState(name: string, summary: string): Command {
  return makeCommand(name, summary)
    .option('--config <file>', 'The configuration of fargazer consume, whose store is looked into (FARGAZER_CONFIG where absent).')
    .option('--state <dir>', 'A folder of state, in place of the store of the configuration.');
}

function placeOf({ program }: Context, { config, state }: PlaceOptions): AlertsPlace {
  return { config: config === undefined ? program.liveConfig() : program.config(config), ...(state === undefined ? {} : { stateDir: state }) };
}

function listCommand(context: Context): Command {
  return inState('list', 'List open incidents with their alerts.')
    .option('--all', 'Those that are over and still remembered too.')
    .addHelpText('after', heldHelp)
    .action((options: PlaceOptions & { all?: boolean }) =>
      context.run(async () => {
        const isAll = options.all === true;
        await context.terminal.write(listingText(await context.program.alerts.list(placeOf(context, options), isAll), context.terminal, isAll));
        return 0;
      }),
    );
}

function whyCommand(context: Context): Command {
  return inState('why', 'Tell what was decided of an alert, and why.')
    .argument('<id>', 'The id of an alert, or its beginning.')
    .addHelpText('after', heldHelp)
    .action((id: string, options: PlaceOptions) =>
      context.run(async () => {
        await context.terminal.write(storyText(await context.program.alerts.why(placeOf(context, options), id), context.terminal));
        return 0;
      }),
    );
}

function routeCommand(context: Context): Command {
  return makeCommand('route', 'Show which way a finding would go, without sending it.')
    .requiredOption('--finding <file>', 'Alerts as --output jsonl prints them, one or many; - reads standard input.')
    .option('--config <file>', 'The configuration with the routes (FARGAZER_CONFIG where absent).')
    .action(({ finding, config }: { finding: string; config?: string }) =>
      context.run(async () => {
        const routed = await context.program.alerts.route(placeOf(context, config === undefined ? {} : { config }).config, finding);
        await context.terminal.write(routesText(routed, context.terminal));
        return 0;
      }),
    );
}

function silenceCommand(context: Context): Command {
  const { program, terminal, run } = context;
  const group = makeCommand('silence', 'Keep alerts from people for a while, with a reason.');
  group.addCommand(
    inState('add', 'Add a silence.')
      .addArgument(new Argument('<matchers...>', `What it is about, all of which must hold: label, operator (=, !=, =~, !~) and value, such as service=checkout. Labels: ${labelNames.join(', ')}.`).argParser(matcherValue))
      .requiredOption('--for <duration>', 'How long: 30m, 4h, 7d.', durationValue)
      .requiredOption('--author <name>', 'Whom others can ask.')
      .requiredOption('--reason <text>', 'Why, for those who wonder that nothing comes.')
      .option('--starts <time>', 'When it begins; now where absent.', instantValue)
      .addHelpText('after', heldHelp)
      .action((matchers: Matcher[], options: PlaceOptions & { for: number; author: string; reason: string; starts?: number }) =>
        run(async () => {
          const { author, reason, starts } = options;
          const silence = await program.alerts.silence(placeOf(context, options), { matchers, author, reason, forMs: options.for, ...(starts === undefined ? {} : { startsMs: starts }) });
          await terminal.write(`Silenced: ${silenceText(silence, Date.now())}\n`);
          return 0;
        }),
      ),
  );
  group.addCommand(
    inState('list', 'List silences: those that hold, will hold, or ended within a day.').action((options: PlaceOptions) =>
      run(async () => {
        await terminal.write(silencesText(await program.alerts.silences(placeOf(context, options)), Date.now(), terminal));
        return 0;
      }),
    ),
  );
  group.addCommand(
    inState('expire', 'End a silence now.')
      .argument('<id>', 'The id of a silence, or its beginning.')
      .action((id: string, options: PlaceOptions) =>
        run(async () => {
          await terminal.write(`Ended: ${silenceText(await program.alerts.expire(placeOf(context, options), id), Date.now())}\n`);
          return 0;
        }),
      ),
  );
  return group;
}

function redeliverCommand(context: Context): Command {
  const { program, terminal, run } = context;
  return inState('redeliver', 'Send again what outputs refused for good.')
    .option('--sink <name>', 'Of this output alone.')
    .addHelpText('after', `${heldHelp}\nExit status: 0 all was sent, 1 some was not, 2 wrong usage or configuration.`)
    .action((options: PlaceOptions & { sink?: string }) =>
      run(async () => {
        const { sink } = options;
        const rows = await program.alerts.redeliver(placeOf(context, options), { ...(sink === undefined ? {} : { sink }), output: outputOf(terminal), signal: terminal.signal });
        await terminal.write(redeliveryText(rows, terminal));
        if (terminal.signal.aborted) return 130;
        return rows.some(({ failed, skipped, lost }) => failed + skipped + lost > 0) ? 1 : 0;
      }),
    );
}

function testCommand({ program, terminal, run, ...context }: Context): Command {
  return makeCommand('test', 'Send a message marked as a test, and say what the service answered.')
    .option('--config <file>', 'The configuration with the outputs (FARGAZER_CONFIG where absent).')
    .option('--sink <name>', 'To this output alone; to all where absent.')
    .addHelpText('after', '\nExit status: 0 every output took it, 1 one did not, 2 wrong usage or configuration.')
    .action(({ config, sink }: { config?: string; sink?: string }) =>
      run(async () => {
        // Services answer after seconds; each answer is shown as it comes.
        let shown = Promise.resolve();
        const rows = await program.alerts.test(placeOf({ program, terminal, run, ...context }, config === undefined ? {} : { config }).config, {
          ...(sink === undefined ? {} : { sink }),
          output: outputOf(terminal),
          onRow: (row) => void (shown = shown.then(() => terminal.write(trialText(row, terminal)))),
        });
        await shown;
        return rows.every(({ isDelivered }) => isDelivered) ? 0 : 1;
      }),
    );
}

/** Commander hands over the matchers before this one. */
function matcherValue(text: string, before: unknown): Matcher[] {
  const matcher = parseMatcher(text);
  if ('fault' in matcher) throw new InvalidArgumentError(`${matcher.fault}${matcher.unknownLabel === undefined ? '' : suggestion(matcher.unknownLabel, labelNames)}`);
  return [...(Array.isArray(before) ? (before as Matcher[]) : []), matcher];
}
