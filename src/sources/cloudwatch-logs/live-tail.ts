/** Live Tail: sessions that push events, renewed before AWS ends them; what is sampled or missed is counted and told. */
import { hash } from 'node:crypto';
import type { CloudWatchLogsClient, LiveTailSessionLogEvent, StartLiveTailResponseStream } from '@aws-sdk/client-cloudwatch-logs';
import { FargazerError, type Clock, type JsonValue, type LiveBatch } from '#contract';
import { awsFailure, patiently, sourceError } from '../aws.ts';
import { Lanes } from '../lanes.ts';
import { groupName, type Group } from './groups.ts';
import type { LaneDeps } from './lane.ts';
import type { CloudWatchLogsOptions } from './options.ts';

export interface LiveTailDeps {
  options: CloudWatchLogsOptions;
  client: CloudWatchLogsClient;
  clock: Clock;
  carrierNow: () => number;
  teller: (lane: string) => LaneDeps['tell'];
  resume: ReadonlyMap<string, JsonValue>;
}

/** StartLiveTail takes so many groups. */
const groupsOfSession = 10;
/** AWS ends a session after three hours. */
const renewMs = 170 * 60_000;
/** An update comes every second; a connection that gave none for so long is broken. */
const silenceMs = 15_000;
/** Updates of a second come with the next; a few seconds more for the way. */
const allowanceMs = 5_000;
/** Events of the overlap of two sessions, at 500 a second. */
const remembered = 5_000;

export async function* liveTail(groups: readonly Group[], deps: LiveTailDeps, signal: AbortSignal): AsyncGenerator<LiveBatch, void, void> {
  for (const { name, arn } of groups) {
    if (arn === undefined) throw new FargazerError('source-denied', `Live Tail needs the ARN of the log group ${name}, and it could not be asked for. Nothing was read. Grant logs:DescribeLogGroups, or name the group by its ARN.`);
  }
  const lanes = new Lanes<LiveBatch>();
  for (let at = 0; at < groups.length; at += groupsOfSession) lanes.add(follow(groups.slice(at, at + groupsOfSession), deps, signal));
  yield* lanes.read(signal);
}

interface Session {
  updates: AsyncIterator<StartLiveTailResponseStream>;
  openedMs: number;
  end: () => void;
}

async function* follow(groups: readonly Group[], deps: LiveTailDeps, signal: AbortSignal): AsyncGenerator<LiveBatch, void, void> {
  const { clock, carrierNow, teller } = deps;
  const names = new Map(groups.flatMap(({ name, arn = name }) => [[arn, name], [name, name], [groupName(arn), name]] as const));
  const seen = new Set<string>();
  const count = { sampledUpdates: 0, gapMs: 0 };
  let completeMs = Math.max(0, ...groups.map(({ name }) => lastOf(deps.resume.get(name))));
  let listenedMs: number | undefined = completeMs === 0 ? undefined : completeMs;
  let session: Session | undefined;
  const tellAll = (state: 'reading' | 'waiting', reason?: string): void => {
    const losses = lossesOf(count);
    const words = [reason, losses].filter((text) => text !== undefined).join(' ');
    for (const { name } of groups) teller(name)({ state, behindMs: Math.max(0, carrierNow() - completeMs), ...(words === '' ? {} : { reason: words }) });
  };

  for (const { name } of groups) yield { lane: name, records: [], position: { liveTailMs: completeMs } };
  try {
    while (!signal.aborted) {
      if (session === undefined) {
        session = await open(groups, deps, signal, (reason) => tellAll('waiting', reason));
        // What came while nobody listened is not told by Live Tail.
        if (listenedMs !== undefined) count.gapMs += Math.max(0, carrierNow() - listenedMs);
      } else if (clock.now() - session.openedMs >= renewMs) {
        const renewed = await open(groups, deps, signal, (reason) => tellAll('waiting', reason));
        session.end();
        session = renewed;
      }
      const update = await next(session, clock, signal);
      if (signal.aborted) return;
      if (update === undefined) {
        session.end();
        session = undefined;
        tellAll('waiting', 'The Live Tail session broke off; a new one is opened.');
        continue;
      }
      if (update.sessionUpdate === undefined) continue;
      const { sessionResults = [], sessionMetadata } = update.sessionUpdate;
      if (sessionMetadata?.sampled === true) count.sampledUpdates++;
      listenedMs = carrierNow();
      completeMs = Math.max(completeMs, listenedMs - allowanceMs);
      tellAll('reading');
      yield* batches(sessionResults);
    }
  } catch (error) {
    if (signal.aborted) return;
    throw sourceError(error, `the Live Tail of ${groups.map(({ name }) => name).join(', ')}`, 'What was read before is kept.', { denied: 'Grant logs:StartLiveTail on the groups, and check the credentials.' });
  } finally {
    session?.end();
  }

  function* batches(events: readonly LiveTailSessionLogEvent[]): Generator<LiveBatch, void, void> {
    const byLane = new Map<string, LiveBatch['records'][number][]>(groups.map(({ name }) => [name, []]));
    for (const event of events) {
      const { logGroupIdentifier = '', logStreamName = '', timestamp, ingestionTime, message = '' } = event;
      // AWS writes the account before the name in some answers: `123456789012:/ecs/app`.
      const lane = names.get(logGroupIdentifier) ?? names.get(logGroupIdentifier.replace(/^\d{12}:/, '')) ?? groups[0]?.name ?? '';
      // Live Tail gives no ids: the content stands for one.
      const place = hash('sha1', JSON.stringify([lane, logStreamName, timestamp, ingestionTime, message]), 'hex').slice(0, 24);
      if (seen.has(place)) continue;
      seen.add(place);
      if (seen.size > remembered) for (const old of seen) {
        seen.delete(old);
        break;
      }
      const content = Buffer.from(JSON.stringify({ logGroupIdentifier: lane, logStreamName, timestamp, ingestionTime, message }));
      byLane.get(lane)?.push({ content, place, ...(ingestionTime === undefined ? {} : { arrivalMs: ingestionTime }) });
    }
    for (const [lane, records] of byLane) yield { lane, records, position: { liveTailMs: completeMs }, completeToMs: completeMs };
  }
}

function lastOf(position: JsonValue | undefined): number {
  const last = typeof position === 'object' && position !== null && !Array.isArray(position) ? position.liveTailMs : undefined;
  return typeof last === 'number' && Number.isFinite(last) ? last : 0;
}

function lossesOf({ sampledUpdates, gapMs }: { sampledUpdates: number; gapMs: number }): string | undefined {
  const parts = [
    ...(sampledUpdates === 0 ? [] : [`${sampledUpdates} updates held only a sample of 500 events, the rest was not given`]),
    ...(gapMs === 0 ? [] : [`${Math.ceil(gapMs / 1_000)} s passed without a session, and what came in them was not given`]),
  ];
  return parts.length === 0 ? undefined : `Live Tail is incomplete: ${parts.join('; ')}.`;
}

/** Waits for as long as opening may still succeed. */
async function open(groups: readonly Group[], { client, clock, options }: LiveTailDeps, signal: AbortSignal, onWait: (reason: string) => void): Promise<Session> {
  const { StartLiveTailCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const ending = new AbortController();
  const answer = await patiently(
    () =>
      client.send(
        new StartLiveTailCommand({
          logGroupIdentifiers: groups.map(({ arn, name }) => arn ?? name),
          ...(options.filter === undefined ? {} : { logEventFilterPattern: options.filter }),
        }),
        { abortSignal: AbortSignal.any([signal, ending.signal]) },
      ),
    { clock, signal, onWait: ({ code }, waitMs) => onWait(`AWS answers ${code}; a session is opened again in ${Math.ceil(waitMs / 1_000)} s.`) },
  );
  if (answer.responseStream === undefined) throw new FargazerError('source-failed', 'AWS opened a Live Tail session without a stream. What was read before is kept.');
  const updates = answer.responseStream[Symbol.asyncIterator]();
  return {
    updates,
    openedMs: clock.now(),
    end() {
      ending.abort();
      void updates.return?.().then(undefined, () => undefined);
    },
  };
}

/** Undefined where the session is over: it ended, broke, timed out, or was silent for too long. */
async function next(session: Session, clock: Clock, signal: AbortSignal): Promise<StartLiveTailResponseStream | undefined> {
  const waiting = new AbortController();
  const silence = clock.sleep(silenceMs, AbortSignal.any([signal, waiting.signal])).then(() => undefined);
  try {
    const result = await Promise.race([session.updates.next(), silence]);
    return result === undefined || result.done === true ? undefined : result.value;
  } catch (error) {
    const { kind } = awsFailure(error);
    if (kind === 'transient' || kind === 'throttled' || signal.aborted) return undefined;
    throw error;
  } finally {
    waiting.abort();
  }
}
