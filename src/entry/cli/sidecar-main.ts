/** Where `fargazer sidecar` starts: the same command as everywhere, in a program that holds nothing else, for it is a guest. */
import { makeCommand } from './context.ts';
import { sidecarCommand } from './sidecar.ts';
import { processTerminal } from './terminal.ts';
import { endingOf } from './usage.ts';
import { checkSidecar, sidecar } from '../sidecar.ts';
import { sidecarConfig } from '../sidecar-config.ts';

async function main(): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const terminal = processTerminal(stop.signal, () => process.exit(0));
  let status = 0;
  let help = '';
  const command = sidecarCommand({
    program: { sidecarConfig, sidecar, checkSidecar },
    terminal,
    async run(action) {
      status = await action();
    },
  }).configureOutput({ writeOut: (text) => void (help += text), writeErr: () => undefined });
  const root = makeCommand('fargazer', '').addCommand(command);
  try {
    await root.parseAsync(process.argv.slice(2), { from: 'user' });
  } catch (error) {
    const ending = endingOf(error, process.env['FARGAZER_DEBUG'] === '1');
    if (ending.text !== '') terminal.say(ending.text);
    status = ending.status;
  }
  if (help !== '') await terminal.write(help);
  return status;
}

const status = await main();
process.stdout.write('', () => process.exit(status));
