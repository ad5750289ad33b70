/** What a configuration of the function may name: all detectors, and the outputs that deliver over the network. */
import type { Plugins } from '../../config/schema.ts';
import { machineSinks, notifiers } from '../outputs.ts';
import { shorthands } from '../shorthands.ts';

export const outputPlugins: Plugins = {
  detectors: new Map(),
  shorthands,
  sinks: new Map([...machineSinks, ...notifiers].map(([name, { schema }]) => [name, schema])),
};

/** Where the text of a configuration does not even say the word, the detectors' code is not loaded to check it. */
export async function pluginsFor(text: string): Promise<Plugins> {
  return text.includes('detectors') ? allPlugins() : outputPlugins;
}

export async function allPlugins(): Promise<Plugins> {
  const { detectors } = await import('../../../detectors/index.ts');
  return { ...outputPlugins, detectors: new Map(detectors.map(({ id, options }) => [id, options])) };
}
