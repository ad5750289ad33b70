/** `fargazer consume`: reads the sources of a configuration for ever, and tells what is unusual as it happens. */
import type { Command } from 'commander';
import { makeCommand, type Context } from './context.ts';
import { outputOf } from './terminal.ts';

interface Options {
  config?: string;
  state?: string;
}

export function consumeCommand({ program, terminal, run }: Context): Command {
  return makeCommand('consume', 'Read live sources for ever, and tell what is unusual as it happens.')
    .option('--config <file>', 'Sources, store, outputs and detectors, as YAML (FARGAZER_CONFIG holds the text itself where absent).')
    .option('--state <dir>', 'Keep the state in this folder, in place of the store of the configuration.')
    .addHelpText('after', consumeHelp)
    .action(({ config, state }: Options) =>
      run(async () => {
        await program.consume({
          config: config === undefined ? program.liveConfig() : program.config(config),
          ...(state === undefined ? {} : { stateDir: state }),
          output: outputOf(terminal),
          signal: terminal.signal,
          onListening: (url) => terminal.say(`Health and metrics: ${url}/healthz, /readyz, /metrics\n`),
        });
        return 0;
      }),
    );
}

const consumeHelp = `
Ends on SIGTERM or Ctrl-C within ten seconds, with everything saved.
Exit status: 0 stopped; 1 it could not go on; 2 wrong usage or configuration.`;
