/** What the deployment tells the handler: names of resources, and the configuration. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FargazerError } from '#contract';
import { checkConfig, type Config } from '../../config/check.ts';
import { parseDuration } from '../../config/duration.ts';
import { plainWritten } from '../../config/written.ts';
import { toldBeside } from '../told-beside.ts';
import { pluginsFor } from './plugins.ts';

export interface Deployment {
  config: Config;
  stream: string;
  table: string;
  /** For large parts; where absent they are cut up and kept in the table. */
  bucket?: string;
  deadLettersUrl?: string;
  /** How long the first records teach; milliseconds of event time. */
  learnForMs?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws `config-invalid` or `config-unreadable` in a sentence that names the variable. */
export async function readDeployment(environment: Environment): Promise<Deployment> {
  const config = await configOf(environment);
  const learnForMs = learnForOf(environment['FARGAZER_LEARN_FOR']) ?? config.learnForMs;
  const optional = (key: 'bucket' | 'deadLettersUrl', variable: string): object => {
    const value = environment[variable];
    return value === undefined || value === '' ? {} : { [key]: value };
  };
  return {
    config,
    stream: needed(environment, 'FARGAZER_STREAM', 'the name of the stream that it reads'),
    table: needed(environment, 'FARGAZER_TABLE', 'the name of the table of its state'),
    ...optional('bucket', 'FARGAZER_BUCKET'),
    ...optional('deadLettersUrl', 'FARGAZER_DEAD_LETTERS_URL'),
    ...(learnForMs === undefined ? {} : { learnForMs }),
  };
}

/** `FARGAZER_CONFIG` is the text, or, where it is one word that ends as a file of YAML does, a path within the function. */
async function configOf(environment: Environment): Promise<Config> {
  const text = environment['FARGAZER_CONFIG'] ?? environment['FARGAZER_CONFIG_YAML'] ?? '';
  // The deployment's own topic, where the text names no output.
  const { FARGAZER_TOPIC_ARN } = environment;
  const beside = FARGAZER_TOPIC_ARN ? { FARGAZER_TOPIC_ARN } : {};
  if (!/^\S+\.ya?ml$/.test(text)) return configIn(text, 'FARGAZER_CONFIG', beside);
  const path = resolve(environment['LAMBDA_TASK_ROOT'] ?? '.', text);
  if (!existsSync(path)) throw new FargazerError('config-unreadable', `FARGAZER_CONFIG names ${text}, and the function has no such file. Nothing was read. Put it beside the bundle, or give the text of the configuration itself.`);
  return configIn(readFileSync(path, 'utf8'), text, beside);
}

/** No text, and JSON, is read without the reader of YAML, which is as long as the function's engine. */
async function configIn(text: string, name: string, beside: { FARGAZER_TOPIC_ARN?: string }): Promise<Config> {
  const value = jsonIn(text);
  if (value !== undefined) {
    try {
      return checkConfig(plainWritten({ ...value, ...toldBeside(beside, value) }), name, await pluginsFor(text));
    } catch {
      // Read once more below, so that faults name their lines.
    }
  }
  const [{ loadConfig }, { configText }, plugins] = await Promise.all([import('../../config/config.ts'), import('../environment.ts'), pluginsFor(text)]);
  return loadConfig(configText({ FARGAZER_CONFIG: text, ...beside }), name, plugins);
}

/** The object that a text of JSON holds, as a reader of YAML would see it; undefined where it takes one to say. */
function jsonIn(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {};
  // Variables are replaced in YAML alone.
  if (!text.trimStart().startsWith('{') || text.includes('${')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function needed(environment: Environment, name: string, what: string): string {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  throw new FargazerError('config-invalid', `The function is not told ${what}: the environment variable ${name} is missing. Nothing was read; deploy it by the construct FargazerConsumer, or set the variable.`);
}

function learnForOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const learnForMs = parseDuration(text);
  if (learnForMs !== undefined && learnForMs > 0) return learnForMs;
  throw new FargazerError('config-invalid', `FARGAZER_LEARN_FOR: expected a duration such as 7d or 24h, found ${JSON.stringify(text.slice(0, 80))}. Nothing was read.`);
}
