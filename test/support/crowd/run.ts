/** One run by its seed: a crowd of functions, one process beside it, and where they differ. */
import type { Store } from '#contract';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { runCrowd, type CrowdRun, type CrowdSettings } from './crowd.ts';
import { arriving } from './material.ts';
import { alertingOf, makeWalk } from './settings.ts';
import { verdictOn, type Verdict } from './verdict.ts';

const minuteMs = 60_000;

export interface CrowdOutcome extends Verdict, Pick<CrowdRun, 'counts' | 'shardsOf'> {
  seed: number;
  records: number;
  areClocksApart: boolean;
}

export interface CrowdSize {
  records: number;
  /** Event time between two rounds. */
  tickMinutes: number;
}

/** In every third run clocks are apart, in every second alerts are told as stories. */
export async function crowdOutcome(seed: number, { records, tickMinutes }: CrowdSize, store: Store = memoryStore()): Promise<CrowdOutcome> {
  const areClocksApart = seed % 3 === 0;
  const settings: CrowdSettings = {
    seed, store, makeWalk, areClocksApart,
    records: arriving(seed, records, 100),
    alerting: alertingOf(seed % 2 === 0),
    learnForMs: 20 * minuteMs,
    tickEveryMs: tickMinutes * minuteMs,
    quietMs: 60 * minuteMs,
  };
  const run = await runCrowd(settings);
  return { seed, records, areClocksApart, counts: run.counts, shardsOf: run.shardsOf, ...(await verdictOn(run, settings)) };
}
