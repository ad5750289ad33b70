/** Where `fargazer` starts, and the threads that read for it. */
import { isMainThread } from 'node:worker_threads';
import manifest from '../../../package.json' with { type: 'json' };
import { program } from '../compose.ts';
import { isReadingWorker, workAsReader } from '../program/workers.ts';
import { runCommandLine } from './command-line.ts';
import { runProcess } from './process.ts';

if (isMainThread) await runProcess((terminal, isDebugging) => runCommandLine(process.argv.slice(2), { program, terminal, version: manifest.version, isDebugging }));
else if (isReadingWorker()) await workAsReader();
