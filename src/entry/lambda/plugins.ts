/** What a configuration of the function may name: all detectors, and the outputs that deliver over the network. */
import type { Plugins } from '../../config/schema.ts';
import { machineSinks, notifiers } from '../outputs.ts';
import { shorthands } from '../shorthands.ts';

/** For a configuration that sets nothing of a detector: their code need not be loaded to know that. */
export const outputPlugins: Plugins = {
  detectors: new Map(),
  shorthands,
  sinks: new Map([...machineSinks, ...notifiers].map(([name, { schema }]) => [name, schema])),
};

export async function allPlugins(): Promise<Plugins> {
  const { detectors } = await import('../../../detectors/index.ts');
  return { ...outputPlugins, detectors: new Map(detectors.map(({ id, options }) => [id, options])) };
}
