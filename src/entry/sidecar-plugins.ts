/** What the configuration of a sidecar can name: everything but live sources, for it has its own. */
import type { Plugins } from '../config/schema.ts';
import { outputSchemas } from './outputs.ts';
import { shorthands } from './shorthands.ts';
import { storeKinds } from './store-kinds.ts';
import { detectors } from '../../detectors/index.ts';

export const sidecarPlugins: Plugins = {
  detectors: new Map(detectors.map(({ id, options }) => [id, options])),
  sinks: new Map(outputSchemas),
  shorthands,
  sources: new Map(),
  stores: new Map([...storeKinds].map(([name, { schema }]) => [name, schema])),
};
