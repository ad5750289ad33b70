/** Runs a script by a Node.js that is new enough: `node scripts/with-node.mjs SCRIPT [ARGUMENT…]`. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { findNode, neededMajor } from './find-node.mjs';

const node = findNode();
if (node === undefined) {
  console.error(`This needs Node.js ${neededMajor}, and this is ${process.version}: run npm run setup first.`);
  process.exit(1);
}
const child = spawn(node, process.argv.slice(2), {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
});
// The terminal sends Ctrl-C to both: the child decides how to end, and this one waits for it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('error', (error) => {
  console.error(`${node} could not be started: ${error.message}`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
