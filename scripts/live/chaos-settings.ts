/** What a run of chaos and the consumer that it kills say to each other. */
import { defaultConfig } from '../../src/config/index.ts';
import { plugins } from '../../src/entry/plugins.ts';
import { walkOf, type MakeWalk } from '../../src/entry/program/engine.ts';
import { makeWalk as makeFindersWalk } from '../../test/support/live/whole.ts';

export interface ChildSettings {
  endpoint: string;
  region: string;
  stream: string;
  folder: string;
  learnForMs: number;
  flowFields: readonly string[];
  /** The detectors that ship, or those of the tests, which find something everywhere. */
  detectors: 'shipped' | 'finders';
  /** Release time of the last tick: once a step is saved that walked up to it, all is done. */
  lastTickMs: number;
  hurry: number;
}

/** `begun` when it reads, `saved` after each step, `done` after the last. */
export type ChildMessage = 'begun' | 'saved' | 'done';

/** The walk with the detectors that ship as they are set by default, or with those of the tests. */
export function walkMaker(detectors: ChildSettings['detectors']): MakeWalk {
  if (detectors === 'finders') return makeFindersWalk;
  const config = defaultConfig(plugins);
  return (run, state, lateness) => walkOf(config, run, state, lateness);
}
