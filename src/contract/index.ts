/** The words all rooms speak. */
export * from './alert.ts';
export * from './baseline.ts';
export * from './case.ts';
export * from './clock.ts';
export * from './decoder.ts';
export * from './detector.ts';
export * from './entity.ts';
export * from './errors.ts';
export * from './event.ts';
export * from './feed.ts';
export * from './json.ts';
export * from './metric-list.ts';
export * from './observation.ts';
export * from './outcome.ts';
export * from './sink.ts';
export * from './store.ts';
