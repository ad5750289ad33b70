/** `fargazer coverage`: what each service's telemetry uses to send, and where it is silent, late, lossy or was never seen. */
import type { Command } from 'commander';
import { sanitize } from '../../alerting/text.ts';
import { makeCommand, type Context } from './context.ts';
import { paint, type Style, type Terminal } from './terminal.ts';
import type { CoverageListing } from './program.ts';
import { utc } from './summary.ts';

interface Options {
  config?: string;
  state?: string;
}

const styles: Readonly<Record<string, Style>> = { silent: 'red', lossy: 'yellow', late: 'yellow', 'never-seen': 'yellow', sending: 'green', learning: 'dim' };

export function coverageCommand({ program, terminal, run }: Context): Command {
  return makeCommand('coverage', 'Say what each service sends, and where it is silent, late, lossy or never seen.')
    .option('--config <file>', 'The configuration of fargazer consume, whose store is read (FARGAZER_CONFIG where absent).')
    .option('--state <dir>', 'A folder of state.')
    .addHelpText('after', '\nA state in a folder is held by the process that works on it: ask its /healthz then.')
    .action(({ config, state }: Options) =>
      run(async () => {
        const listing = await program.coverage({ config: config === undefined ? program.liveConfig() : program.config(config), ...(state === undefined ? {} : { stateDir: state }) });
        await terminal.write(coverageText(listing, terminal));
        return 0;
      }),
    );
}

export function coverageText({ rows, walkedMs }: CoverageListing, terminal: Terminal): string {
  if (rows.length === 0) return 'Nothing is known of coverage yet: it is learned by live runs, minute by minute.\n';
  const names = rows.map(({ name }) => (name === '' ? 'all services' : sanitize(name)));
  const width = Math.min(40, Math.max(...names.map((name) => name.length)));
  const feedWidth = Math.max(...rows.map(({ feed }) => feed.length));
  const lines = rows.map(({ feed, state, lastMs, usualPauseMinutes }, index) => {
    const last = lastMs === undefined ? '' : `last ${utc(lastMs)} UTC`;
    const pause = usualPauseMinutes === undefined ? '' : `, pauses up to ${usualPauseMinutes} min`;
    return `${names[index]!.slice(0, width).padEnd(width)}  ${feed.padEnd(feedWidth)}  ${paint(terminal, styles[state] ?? 'dim', state.padEnd(10))}  ${last}${pause}`.trimEnd();
  });
  const until = walkedMs === undefined ? '' : `Walked up to ${utc(walkedMs)} UTC.\n`;
  return `${lines.join('\n')}\n\n${until}`;
}
