/** The source `cloudwatch-logs`: follows log groups, by polling or by Live Tail. */
import type { CloudWatchLogsClient, CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';
import { FargazerError, type Clock, type JsonValue, type LaneHealth, type LiveBatch, type LiveSource } from '#contract';
import { carrierClock, paced, type Patience } from '../aws.ts';
import { Lanes } from '../lanes.ts';
import { byPrefix, findGroups, type Group } from './groups.ts';
import { followGroup, type LaneDeps } from './lane.ts';
import { liveTail } from './live-tail.ts';
import type { CloudWatchLogsOptions } from './options.ts';

export interface CloudWatchLogsDeps {
  clock: Clock;
  /** Settings of the AWS client besides region and attempts: endpoint, credentials. */
  aws?: CloudWatchLogsClientConfig;
}

/** Events remembered by all lanes together: their hashes stand in the positions, which must stay small. */
const rememberedByAll = 8_000;
const rememberedAtLeast = 50;

/** New groups of a prefix are looked for so often. */
const discoverMs = 300_000;

/** Options are those of `cloudWatchLogsOptions`, parsed. */
export function cloudWatchLogs(options: CloudWatchLogsOptions, { clock, aws = {} }: CloudWatchLogsDeps): LiveSource {
  const lanes = new Map<string, LaneHealth>();
  const closing = new AbortController();
  let opened: Promise<Opened> | undefined;
  const open = (): Promise<Opened> => (opened ??= openClient(options, aws, clock));

  const teller = (lane: string): LaneDeps['tell'] => (health) => {
    const before = lanes.get(lane);
    lanes.set(lane, { lane, sinceMs: before?.state === health.state ? before.sinceMs ?? clock.now() : clock.now(), ...health });
  };

  async function* read(resume: ReadonlyMap<string, JsonValue>, outer: AbortSignal): AsyncGenerator<LiveBatch, void, void> {
    const signal = AbortSignal.any([outer, closing.signal]);
    const { client, carrierNow } = await open();
    const patience: Patience = { clock, signal };
    let groups: Group[];
    try {
      groups = await findGroups(options.groups, { client, patience });
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    const startMs = options.start === 'latest' ? carrierNow() : Date.parse(options.start);
    if (options.liveTail) {
      yield* liveTail(groups, { options, client, clock, carrierNow, teller, resume }, signal);
      return;
    }

    const turn = paced(options.requestsPerSecond, clock);
    const remembered = Math.max(rememberedAtLeast, Math.floor(rememberedByAll / groups.length));
    const reader = new Lanes<LiveBatch>();
    const ended = new Set<string>();
    const follow = (group: Group, fromMs: number): void => {
      const tell = teller(group.name);
      tell({ state: 'reading' });
      reader.add(followGroup(group, resume.get(group.name), { options, client, clock, carrierNow, turn, startMs: fromMs, remembered, tell }, signal));
    };
    for (const group of groups) follow(group, startMs);
    const prefixes = options.groups.filter((text) => text.endsWith('*')).map((text) => text.slice(0, -1));
    if (prefixes.length > 0) reader.watch(discover(prefixes));

    /** Groups that are new are read from their beginnings. */
    async function discover(sought: readonly string[]): Promise<void> {
      while (!signal.aborted) {
        await clock.sleep(discoverMs, signal);
        for (const prefix of sought) {
          if (signal.aborted) return;
          for (const group of await nowBegunBy(prefix)) {
            if (!lanes.has(group.name) || ended.delete(group.name)) follow(group, group.createdMs ?? carrierNow());
          }
        }
      }
    }

    /** A prefix whose groups were all deleted waits for others. */
    const nowBegunBy = (prefix: string): Promise<Group[]> =>
      byPrefix(prefix, { client, patience }).catch((error: unknown) => {
        if (signal.aborted || (error instanceof FargazerError && error.code === 'source-gone')) return [];
        throw error;
      });

    for await (const batch of reader.read(signal)) {
      if (batch.ends !== undefined) ended.add(batch.lane);
      yield batch;
      if (prefixes.length === 0 && ended.size === groups.length) {
        throw new FargazerError('source-gone', `${groups.length === 1 ? `The log group ${groups[0]?.name ?? ''} was` : 'All log groups were'} deleted while followed. What was read before is kept.`);
      }
    }
  }

  return {
    name: `cloudwatch-logs:${options.groups.join(',')}`,
    read,
    health: () => [...lanes.values()],
    async close() {
      closing.abort();
      if (opened !== undefined) (await opened.catch(() => undefined))?.client.destroy();
    },
  };
}

interface Opened {
  client: CloudWatchLogsClient;
  carrierNow: () => number;
}

async function openClient({ region }: CloudWatchLogsOptions, aws: CloudWatchLogsClientConfig, clock: Clock): Promise<Opened> {
  const { CloudWatchLogsClient: Client } = await import('@aws-sdk/client-cloudwatch-logs');
  // Failures are waited out by the lanes, where health can tell of them.
  const client = new Client({ maxAttempts: 1, ...(region === undefined ? {} : { region }), ...aws });
  return { client, carrierNow: carrierClock(client, clock) };
}
