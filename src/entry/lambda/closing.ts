/** Closing: of the invocations that complete a round one walks it, then those that wait behind it, as far as its time goes. */
import type { AlertingSettings, Clock, Notifier, Sink, Store } from '#contract';
import type { MakeWalk } from '../program/engine.ts';
import { closeRounds } from '../program/live/closer.ts';
import { whileLeased } from '../program/live/lease.ts';
import { closedRound, passedRound } from '../program/live/passed.ts';
import { deliveredThrough } from './delivery.ts';
import type { Journal } from './journal.ts';
import type { TimeLeft } from './time-left.ts';

export interface ClosingSettings {
  store: Store;
  sinks: readonly Sink[];
  notifiers: readonly Notifier[];
  alerting: AlertingSettings;
  clock: Clock;
  makeWalk: MakeWalk;
  learnForMs?: number;
  journal: Journal;
}

/** So long the closing rests where its holder dies; a round comes each minute. */
const leaseMs = 60_000;
/** After so long a backlog is gone on with under a renewed lease. */
const sliceMs = 30_000;
/** What a round is taken to need before one was closed. */
const expectedRoundMs = 2_000;

/** Closes what has passed. Gives whether rounds are left for want of time. Throws as store and walk do. */
export async function close(settings: ClosingSettings, time: TimeLeft): Promise<boolean> {
  const { store, sinks, notifiers, alerting, clock, makeWalk, learnForMs, journal } = settings;
  // Most who meet a tick are not the last to: they need not ask for the lease.
  if ((await passedRound((await closedRound(store)) + 1, store)) === undefined) return false;
  let isLeft = false;
  await whileLeased({ store, clock, name: 'closer', forMs: leaseMs, hasTime: () => time.hasFor(expectedRoundMs) }, async (lease) => {
    let longestMs = expectedRoundMs;
    for (;;) {
      const startMs = clock.now();
      let lastMs = startMs;
      const hasTime = (): boolean => {
        const nowMs = clock.now();
        // Rounds of a backlog are much alike: twice the longest so far will do for the next.
        longestMs = Math.max(longestMs, nowMs - lastMs);
        lastMs = nowMs;
        return time.hasFor(Math.min(2 * longestMs, time.wholeMs / 2)) && nowMs - startMs < sliceMs;
      };
      const { closed, round, alerts } = await closeRounds({
        store,
        makeWalk,
        hasTime,
        alerting,
        deliveredBelow: async () => (await deliveredThrough(store, sinks)) + 1,
        notifiedBelow: async () => (await deliveredThrough(store, notifiers)) + 1,
        ...(learnForMs === undefined ? {} : { learnForMs }),
      });
      if (closed > 0) journal.say('rounds-closed', { rounds: closed, round, alerts: alerts.length, tookMs: clock.now() - startMs });
      for (const { detector, severity, id, revision } of alerts) journal.reporter.happened('alert-raised', { detector, severity, id, revision });
      const isSliceOver = clock.now() - startMs >= sliceMs;
      if (closed > 0 && isSliceOver && time.hasFor(longestMs) && (await lease.renew())) continue;
      isLeft = !time.hasFor(Math.min(2 * longestMs, time.wholeMs / 2)) && (await passedRound(round + 1, store)) !== undefined;
      if (isLeft) journal.say('rounds-left', { round: round + 1 });
      return;
    }
  });
  return isLeft;
}
