/** The process around one command line: its signals, its terminal, its exit status. */
import { processTerminal, type Terminal } from './terminal.ts';

export async function runProcess(run: (terminal: Terminal, isDebugging: boolean) => Promise<number>): Promise<void> {
  const stop = new AbortController();
  process.on('SIGINT', () => {
    // The first Ctrl-C asks for what was found so far, the second for nothing more.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
  process.on('SIGTERM', () => stop.abort());
  const terminal = processTerminal(stop.signal, () => process.exit(0));
  const status = await run(terminal, process.env['FARGAZER_DEBUG'] === '1');
  // Standard input may still be open, and pipes may still hold what was written.
  process.stdout.write('', () => process.exit(status));
}
