/** `fargazer baseline`: looks into what a state calls usual, and corrects it. */
import type { Command } from 'commander';
import { FargazerError } from '#contract';
import { number, sanitize } from '../../alerting/text.ts';
import { makeCommand, type Context } from './context.ts';
import type { BaselineListing, BaselineName } from './program.ts';
import { counted, utc } from './summary.ts';
import { paint, type Terminal } from './terminal.ts';
import { limitValue } from './values.ts';

const ownerHelp = 'Whose: a name such as checkout, or the whole key that show prints.';
const baselineHelp = 'Which: a detector, or detector.baseline as show prints it.';

export function baselineCommand(context: Context): Command {
  const { program, terminal } = context;
  const group = makeCommand('baseline', 'Look into what a saved state calls usual, and correct it.');
  const part = (name: string, summary: string): Command =>
    makeCommand(name, summary).requiredOption('--state <dir>', 'The folder of the state.');

  group.addCommand(
    part('show', 'Show what is usual.')
      .argument('[owner]', ownerHelp)
      .argument('[baseline]', baselineHelp)
      .option('--limit <number>', 'Rows of each baseline.', limitValue, 20)
      .action((owner: string | undefined, baseline: string | undefined, options: { state: string; limit: number }) =>
        context.run(async () => {
          const listings = await program.baselines.show({ ...nameOf(options.state, owner, baseline), limit: options.limit });
          await terminal.write(listingsText(listings, terminal));
          return 0;
        }),
      ),
  );
  group.addCommand(
    part('accept', 'Call a value usual from now on.')
      .argument('<owner>', ownerHelp)
      .argument('<baseline>', baselineHelp)
      .argument('<value>', 'The value as show prints it: a destination, a kind of line, a call, a number.')
      .action((owner: string, baseline: string, value: string, options: { state: string }) =>
        context.run(async () => {
          const isAccepted = await program.baselines.accept({ stateDir: options.state, owner, baseline }, value);
          if (!isAccepted) throw missing(owner, baseline, value);
          await terminal.write(`${sanitize(value)} is usual for ${sanitize(owner)} from now on (${sanitize(baseline)}).\n`);
          return 0;
        }),
      ),
  );
  group.addCommand(
    part('forget', 'Forget a value, a baseline or all of an owner.')
      .argument('<owner>', ownerHelp)
      .argument('[baseline]', baselineHelp)
      .argument('[value]', 'The value as show prints it; all where absent.')
      .action((owner: string, baseline: string | undefined, value: string | undefined, options: { state: string }) =>
        context.run(async () => {
          const forgotten = await program.baselines.forget({ ...nameOf(options.state, owner, baseline), owner }, value);
          if (forgotten === 0) throw missing(owner, baseline ?? 'any baseline', value);
          await terminal.write(`Forgot ${counted(forgotten, value === undefined ? 'baseline' : 'value')} of ${sanitize(owner)}.\n`);
          return 0;
        }),
      ),
  );
  group.addCommand(
    part('export', 'Print baselines as JSON.')
      .argument('[owner]', ownerHelp)
      .argument('[baseline]', baselineHelp)
      .action((owner: string | undefined, baseline: string | undefined, options: { state: string }) =>
        context.run(async () => {
          await terminal.write(`${JSON.stringify(await program.baselines.export(nameOf(options.state, owner, baseline)))}\n`);
          return 0;
        }),
      ),
  );
  return group;
}

function nameOf(stateDir: string, owner?: string, baseline?: string): BaselineName {
  return { stateDir, ...(owner === undefined ? {} : { owner }), ...(baseline === undefined ? {} : { baseline }) };
}

function missing(owner: string, baseline: string, value?: string): FargazerError {
  const what = value === undefined ? 'nothing' : `no ${JSON.stringify(value)}`;
  return new FargazerError('baseline-unknown', `There is ${what} in ${baseline} of ${owner}; fargazer baseline show lists what there is.`);
}

/** `first seen 2023-07-10 11:55` of `firstSeenMs`; `count 1,448`. */
function factText(name: string, value: string | number): string {
  const words = name.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (typeof value === 'string') return `${words} ${value}`;
  return `${words} ${name.endsWith('Ms') ? utc(value) : number(value)}`;
}

export function listingsText(listings: readonly BaselineListing[], terminal: Terminal): string {
  if (listings.length === 0) return 'This state holds no baselines.\n';
  let owner = '';
  const lines: string[] = [];
  for (const listing of listings) {
    if (listing.owner !== owner) lines.push(...(owner === '' ? [] : ['']), paint(terminal, 'bold', sanitize(listing.owner)));
    owner = listing.owner;
    lines.push(`  ${sanitize(listing.baseline)}  ${paint(terminal, 'dim', sanitize(listing.history))}`);
    for (const { what, ...facts } of listing.rows) {
      const cells = Object.entries(facts).map(([name, value]) => factText(name, value));
      // The value is written whole: it is what accept and forget take.
      if (what !== undefined) lines.push(`    ${sanitize(String(what))}`);
      if (cells.length > 0) lines.push(paint(terminal, 'dim', `      ${sanitize(cells.join(', '))}`));
    }
  }
  return `${lines.join('\n')}\n`;
}
