/** Reads one shard by enhanced fan-out: the carrier pushes for five minutes, then the subscription is renewed. */
import { childrenAfter, childrenOfMissing } from './ending.ts';
import { failureOf, madeAnew, refused } from './failure.ts';
import type { Lane } from './lane.ts';
import type { KnownShard } from './lineage.ts';
import type { ReadTools } from './poll.ts';
import type { From } from './position.ts';

/** Within five seconds of a subscription another one of the same shard is refused. */
const renewMs = 5_000;
/** A subscription ends after five minutes; one that does not is dead. */
const longestMs = 330_000;

/** As `pollShard`. `consumer` is an ARN. */
export async function pushShard(lane: Lane, consumer: string, tools: ReadTools, signal: AbortSignal): Promise<readonly KnownShard[] | undefined> {
  const { calls, patient, outbox, clock, list } = tools;
  /** Of the run alone: it moves on where nothing was written, but it is no record's number. */
  let from: From = lane.from;
  let nextMs = 0;

  while (!signal.aborted) {
    await clock.sleep(Math.max(0, nextMs - clock.now()), signal);
    if (signal.aborted) return undefined;
    const open = new AbortController();
    const within = AbortSignal.any([signal, open.signal, AbortSignal.timeout(longestMs)]);
    try {
      const start = from;
      const answers = await patient.ask({ operation: 'SubscribeToShard', call: () => calls.subscribe(lane.id, consumer, start, within), signal, onTrouble: lane.trouble });
      nextMs = clock.now() + renewMs;
      for await (const answer of answers) {
        if (signal.aborted) return undefined;
        if (answer.next === undefined) {
          const children = await childrenAfter(lane, answer.children, list, clock, signal);
          if (signal.aborted) return undefined;
          await outbox.put(lane.last(answer, children));
          return signal.aborted ? undefined : children;
        }
        from = { after: answer.next };
        await outbox.put(lane.batch(answer, true));
      }
    } catch (error) {
      if (signal.aborted) return undefined;
      const failure = failureOf('SubscribeToShard', error);
      if (failure.kind === 'missing') {
        const children = await childrenOfMissing(lane, list, signal);
        if (children === undefined) throw refused(tools.stream, error, failure.reason);
        await outbox.put(lane.last(undefined, children));
        return signal.aborted ? undefined : children;
      }
      if (failure.kind === 'misplaced') throw 'after' in lane.from ? madeAnew(tools.stream, lane.id, error) : refused(tools.stream, error, failure.reason);
      if (failure.kind === 'refused') throw error;
      // What breaks within a subscription is subscribed to again; what is denied then is denied by that call.
      lane.trouble(failure);
    } finally {
      open.abort();
    }
  }
  return undefined;
}
