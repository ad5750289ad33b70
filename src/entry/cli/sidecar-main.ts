/** Where `fargazer sidecar` and its doctor start: the same commands as everywhere, in a program that holds nothing else, for it is a guest. */
import { makeCommand } from './context.ts';
import { doctorSidecarCommand } from './doctor-sidecar.ts';
import { beGuest } from './guest.ts';
import { runProcess } from './process.ts';
import { runWords } from './run-words.ts';
import { sidecarCommand } from './sidecar.ts';
import type { SidecarProgram } from './sidecar-program.ts';
import { sidecar } from '../sidecar.ts';
import { sidecarConfig } from '../sidecar-config.ts';

beGuest(process.env['FARGAZER_DEBUG'] === '1');
const program: SidecarProgram = {
  sidecarConfig,
  sidecar,
  doctorOfTask: async (settings, onCheck) => (await import('../program/doctor/task.ts')).doctorOfTask(settings, onCheck),
};

await runProcess((terminal, isDebugging) =>
  runWords(process.argv.slice(2), {
    terminal,
    isDebugging,
    tree(run, writeOut) {
      const context = { program, terminal, run };
      const output = { writeOut, writeErr: () => undefined };
      const doctor = makeCommand('doctor', '').addCommand(doctorSidecarCommand(context).configureOutput(output));
      return makeCommand('fargazer', '').addCommand(sidecarCommand(context).configureOutput(output)).addCommand(doctor);
    },
  }),
);
