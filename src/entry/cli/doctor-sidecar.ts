/** `fargazer doctor sidecar`: what a sidecar sees at the place where this runs, and what it does not, with the cure. */
import type { Command } from 'commander';
import { makeCommand } from './context.ts';
import { showDoctor } from './doctor-row.ts';
import { addSidecarOptions, sidecarSettings, type SidecarContext, type SidecarOptions } from './sidecar-options.ts';

export function doctorSidecarCommand(context: SidecarContext): Command {
  return addSidecarOptions(makeCommand('sidecar', 'Look at this place as a sidecar would, and say what it sees and what it does not.'))
    .addHelpText('after', doctorSidecarHelp)
    .action((options: SidecarOptions) => context.run(() => lookHere(context, options)));
}

/** Gives the exit status. */
export async function lookHere({ program, terminal }: Pick<SidecarContext, 'program' | 'terminal'>, options: SidecarOptions): Promise<number> {
  const settings = await sidecarSettings({ program, terminal }, options);
  return showDoctor(terminal, (onCheck) => program.doctorOfTask(settings, onCheck));
}

const doctorSidecarHelp = `
Takes what fargazer sidecar takes, and the same environment: run it in the container.
Nothing is changed. fargazer sidecar --check is the same.
Exit status: 0 nothing failed, 1 a check failed, 2 wrong usage or configuration.`;
