/** Loading a configuration: YAML text to settings, or a list of faults with line and path. */
import { readFileSync, statSync } from 'node:fs';
import { FargazerError } from '#contract';
import { checkConfig, type Config } from './check.ts';
import type { Plugins } from './schema.ts';
import type { Environment } from './secrets-environment.ts';
import { yamlWritten } from './yaml-written.ts';

/** A configuration is written by people; a megabyte of it is a mistake. */
const largestBytes = 1_048_576;

/** Loads the text of a configuration as `checkConfig` does; throws `config-unreadable` where it is no YAML. */
export function loadConfig(text: string, file: string, plugins: Plugins, environment: Environment = process.env): Config {
  return checkConfig(yamlWritten(text, file), file, plugins, environment);
}

/** Loads a configuration file; throws `config-unreadable` where it cannot be read. */
export function readConfig(file: string, plugins: Plugins): Config {
  let text: string;
  try {
    if (statSync(file).size > largestBytes) throw new FargazerError('config-unreadable', `${file}: a configuration is at most 1 MB; is this the right file?`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof FargazerError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const cause = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'this is a folder' : `the file cannot be read (${code})`;
    throw new FargazerError('config-unreadable', `${file}: ${cause}.`, { cause: error });
  }
  return loadConfig(text, file, plugins);
}

/** What holds where no configuration is given. */
export function defaultConfig(plugins: Plugins): Config {
  return loadConfig('', 'defaults', plugins);
}
