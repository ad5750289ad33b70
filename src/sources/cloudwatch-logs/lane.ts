/** One log group followed by polling: a lane. */
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Clock, JsonValue, LaneHealth, LiveBatch } from '#contract';
import { awsFailure, sourceError, type Patience } from '../aws.ts';
import type { CloudWatchLogsOptions } from './options.ts';
import type { Group } from './groups.ts';
import { eventJson, pages } from './pages.ts';
import { IngestWindow } from './window.ts';

export interface LaneDeps {
  options: CloudWatchLogsOptions;
  client: CloudWatchLogsClient;
  clock: Clock;
  /** The carrier's time. */
  carrierNow: () => number;
  turn: (signal: AbortSignal) => Promise<void>;
  /** Ingestion time to begin at where there is no position. */
  startMs: number;
  /** Events that the lane may remember. */
  remembered: number;
  tell: (health: Omit<LaneHealth, 'lane' | 'sinceMs'>) => void;
}

/** Tried so often, a minute apart, before a group that was there counts as deleted: its name may be taken again by a deployment. */
const goneTries = 3;
const goneWaitMs = 60_000;

export async function* followGroup(group: Group, position: JsonValue | undefined, deps: LaneDeps, signal: AbortSignal): AsyncGenerator<LiveBatch, void, void> {
  const { options, clock, carrierNow, turn, client, tell } = deps;
  const lane = group.name;
  const window = new IngestWindow(position, deps.startMs, { lookBackMs: options.lookBackMs, sweepMs: options.sweepMs, remembered: deps.remembered });
  const patience: Patience = {
    clock,
    signal,
    onWait: ({ code, message }, waitMs) => tell({ state: 'waiting', reason: `AWS answers ${code}${message === '' ? '' : `: ${message}`}; tried again in ${Math.ceil(waitMs / 1_000)} s.`, ...behind() }),
  };
  const behind = (): { behindMs: number } => ({ behindMs: Math.max(0, carrierNow() - window.completeToMs) });
  const batch = (records: LiveBatch['records']): LiveBatch => ({ lane, records, position: window.position(), completeToMs: window.completeToMs });

  yield batch([]);
  let misses = 0;
  while (!signal.aborted) {
    const begunMs = clock.now();
    try {
      const span = window.begin(carrierNow() - options.settleMs);
      for await (const events of pages({ group: group.identifier, ...span, ...(options.filter === undefined ? {} : { filter: options.filter }) }, { client, patience, turn })) {
        if (signal.aborted) return;
        misses = 0;
        tell({ state: 'reading', ...behind() });
        const fresh = window.take(events);
        if (fresh.length > 0) {
          yield batch(
            fresh.map((event) => ({
              content: Buffer.from(eventJson(lane, event)),
              place: event.eventId ?? '',
              ...(event.ingestionTime === undefined ? {} : { arrivalMs: event.ingestionTime }),
            })),
          );
        }
      }
      window.finish();
      tell({ state: 'reading', ...behind() });
      yield batch([]);
    } catch (error) {
      if (signal.aborted) return;
      if (awsFailure(error).kind !== 'gone' || (misses === 0 && position === undefined && window.completeToMs <= deps.startMs)) {
        throw sourceError(error, `the log group ${lane}`, 'What was read before is kept.', { denied: 'Grant logs:FilterLogEvents on the group, and check the credentials.' });
      }
      misses++;
      tell({ state: 'failing', reason: `The log group ${lane} is not there any more; it is looked for again.` });
      if (misses >= goneTries) {
        tell({ state: 'ended', reason: `The log group ${lane} was deleted.` });
        yield { ...batch([]), ends: { children: [] } };
        return;
      }
      await clock.sleep(goneWaitMs, signal);
      continue;
    }
    await clock.sleep(Math.max(0, begunMs + Math.max(options.pollMs, window.restMs) - clock.now()), signal);
  }
}
