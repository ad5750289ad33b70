/** `fargazer sidecar`: sees what happens inside one task, beside its containers, and tells what is unusual within a second. */
import { Option, type Command } from 'commander';
import { makeCommand } from './context.ts';
import { lookHere } from './doctor-sidecar.ts';
import { addSidecarOptions, sidecarSettings, type SidecarContext, type SidecarOptions } from './sidecar-options.ts';

export function sidecarCommand({ program, terminal, run }: SidecarContext): Command {
  return addSidecarOptions(makeCommand('sidecar', 'See inside this task, and tell what is unusual within a second.'))
    .addOption(new Option('--check', 'Say what can be seen here and what cannot, and end: as fargazer doctor sidecar.'))
    .addHelpText('after', sidecarHelp)
    .action(({ check = false, ...options }: SidecarOptions & { check?: boolean }) =>
      run(async () => {
        if (check) return lookHere({ program, terminal }, options);
        await program.sidecar(await sidecarSettings({ program, terminal }, options));
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
