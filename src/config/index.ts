/** Configuration: schema, loading and allowances; is handed the plugins' schemas and knows no plugin. */
export * from './allowance.ts';
export * from './check.ts';
export * from './config.ts';
export * from './duration.ts';
export * from './json-schema.ts';
export type { LiveConfig, PluginSettings } from './live.ts';
export * from './nearest.ts';
export type { Plugins } from './schema.ts';
export { secretsNamed, settleSinks, UnresolvedSink } from './secrets-unresolved.ts';
export { textsOf } from './sinks-texts.ts';
