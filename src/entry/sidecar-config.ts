/** The configuration of a sidecar: a file or FARGAZER_CONFIG, and the outputs that its command line names. */
import { readFileSync } from 'node:fs';
import { FargazerError } from '#contract';
import { loadConfig, readConfig, type Config } from '../config/index.ts';
import { shorthands } from './shorthands.ts';
import { sidecarPlugins as plugins } from './sidecar-plugins.ts';

/** Lateness inside the task: its logs come within seconds. */
const logLateness = '5s';

/** Throws as a configuration does; `usage` where a target is missing or not taken. */
export async function sidecarConfig(file: string | undefined, sinks: readonly string[]): Promise<Config> {
  const text = file === undefined ? (process.env['FARGAZER_CONFIG'] ?? '') : '';
  // What is wrong in it is said with its own lines.
  if (file !== undefined) readConfig(file, plugins);
  else if (text !== '') loadConfig(text, 'FARGAZER_CONFIG', plugins);
  const known = await written(file === undefined ? text : readFileSync(file, 'utf8'));
  if (sinks.length > 0) known['sinks'] = Object.fromEntries(sinks.map(sinkOf));
  known['lateness'] = { firelens: logLateness, log: logLateness, ...(known['lateness'] as object | undefined) };
  // Nothing listens in somebody else's task that was not asked to.
  known['http'] ??= { address: 'off' };
  return loadConfig(JSON.stringify(known), file ?? (text === '' ? '--sink' : 'FARGAZER_CONFIG'), plugins);
}

async function written(text: string): Promise<Record<string, unknown>> {
  if (text.trim() === '') return {};
  const { default: yaml } = await import('yaml');
  return (yaml.parse(text) ?? {}) as Record<string, unknown>;
}

function sinkOf(text: string): [string, unknown] {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const target = colon < 0 ? undefined : text.slice(colon + 1);
  if (target === undefined) return [name, {}];
  const option = shorthands.get(name);
  if (option === undefined && plugins.sinks?.has(name) === true) {
    throw new FargazerError('usage', `--sink ${name}: this output takes more than one option. Name it in a configuration instead: --config FILE.`);
  }
  return [name, { [option ?? 'url']: target, ...(name === 'webhook' && isOwnMachine(target) ? { allowPrivate: true } : {}) }];
}

/** Whoever writes the address of the machine itself on the command line means it. */
function isOwnMachine(target: string): boolean {
  try {
    const { hostname, protocol } = new URL(target);
    return /^https?:$/.test(protocol) && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  } catch {
    return false;
  }
}
