/** Where `fargazer` starts: the process, its signals and its exit status around one command line. */
import { isMainThread } from 'node:worker_threads';
import manifest from '../../../package.json' with { type: 'json' };
import { program } from '../compose.ts';
import { isReadingWorker, workAsReader } from '../program/workers.ts';
import { runCommandLine } from './command-line.ts';
import { processTerminal } from './terminal.ts';

async function main(): Promise<void> {
  const stop = new AbortController();
  process.on('SIGINT', () => {
    // The first Ctrl-C asks for what was found so far, the second for nothing more.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
  process.on('SIGTERM', () => stop.abort());
  const terminal = processTerminal(stop.signal, () => process.exit(0));
  const status = await runCommandLine(process.argv.slice(2), {
    program,
    terminal,
    version: manifest.version,
    isDebugging: process.env['FARGAZER_DEBUG'] === '1',
  });
  // Standard input may still be open, and pipes may still hold what was written.
  process.stdout.write('', () => process.exit(status));
}

if (isMainThread) await main();
else if (isReadingWorker()) await workAsReader();
