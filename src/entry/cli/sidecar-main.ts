/** Where `fargazer sidecar` starts: the same command as everywhere, in a program that holds nothing else, for it is a guest. */
import { makeCommand } from './context.ts';
import { runProcess } from './process.ts';
import { runWords } from './run-words.ts';
import { sidecarCommand } from './sidecar.ts';
import { checkSidecar, sidecar } from '../sidecar.ts';
import { sidecarConfig } from '../sidecar-config.ts';

const program = { sidecarConfig, sidecar, checkSidecar };

await runProcess((terminal, isDebugging) =>
  runWords(process.argv.slice(2), {
    terminal,
    isDebugging,
    tree: (run, writeOut) => makeCommand('fargazer', '').addCommand(sidecarCommand({ program, terminal, run }).configureOutput({ writeOut, writeErr: () => undefined })),
  }),
);
