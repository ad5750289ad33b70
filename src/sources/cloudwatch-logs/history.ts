/** The history of log groups: time slices read side by side, each given as an object of JSON lines. */
import type { CloudWatchLogsClient, CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';
import { systemClock, type Clock } from '#contract';
import { paced, sourceError, type Patience } from '../aws.ts';
import { readAhead, type Opening } from '../read-ahead.ts';
import type { CloudWatchLogsSpec, RemoteDescription, RemoteEstimate, RemoteHistory, RemoteObject } from '../remote.ts';
import { findGroups, type Group } from './groups.ts';
import { eventJson, pages, type Asking } from './pages.ts';

export interface HistoryDeps {
  clock?: Clock;
  /** Settings of the AWS client besides region and attempts: endpoint, credentials. */
  aws?: CloudWatchLogsClientConfig;
  /** FilterLogEvents is limited to 5 requests a second, account and region (the service's quota). */
  requestsPerSecond?: number;
}

/** Slices read at once: at 5 requests a second, and a fifth to a second for each, more would wait for their turn. */
const width = 4;

/** Two pages. */
const bufferBytes = 2 * 1024 * 1024;

/** A slice is made so long that it holds about so much: 20 pages. */
const sliceBytes = 20_000_000;
/** A shorter slice costs more requests than it saves time. */
const shortestSliceMs = 60_000;
const dayMs = 86_400_000;
/** Slices of a group of unknown size. */
const slicesOfUnknown = 16;
const mostSlices = 10_000;

/** Failures in a row are waited out for so long. */
const giveUpMs = 600_000;

const pageBytes = 1_000_000;

export function cloudWatchLogsHistory(spec: CloudWatchLogsSpec, { clock = systemClock, aws = {}, requestsPerSecond = 5 }: HistoryDeps = {}): RemoteHistory {
  const notes: string[] = [];
  const read = { events: 0, requests: 0 };
  const turn = paced(requestsPerSecond, clock);
  let opened: Promise<CloudWatchLogsClient> | undefined;
  const client = (): Promise<CloudWatchLogsClient> => (opened ??= open(spec, aws));
  const patienceOf = (signal: AbortSignal): Patience => ({ clock, signal, giveUpMs });
  const groupsOf = async (signal: AbortSignal): Promise<Group[]> => findGroups(spec.groups, { client: await client(), patience: patienceOf(signal) });

  const kept = (): string => (read.events === 0 ? 'Nothing was read.' : `${read.events} events were read before.`);

  async function* openings(signal: AbortSignal, isWanted: (object: RemoteDescription) => Promise<boolean>): AsyncGenerator<Opening, void, void> {
    const made = await client();
    for (const group of await groupsOf(signal)) {
      if (group.class !== undefined && group.class !== 'STANDARD') notes.push(`${group.name}: a log group of the class ${group.class}, which AWS may not let be read this way.`);
      for (const { fromMs, toMs } of slices(group, spec, clock.now())) {
        const described = { name: `cloudwatch-logs://${group.name}/${stamp(fromMs)}`, path: `${group.name.replace(/^\/+/, '')}/${stamp(fromMs)}.jsonl` };
        if (!(await isWanted(described))) continue;
        yield {
          ...described,
          notes: [],
          open: (own) => lines(group, { fromMs, toMs }, { client: made, patience: patienceOf(AbortSignal.any([signal, own])), turn }),
        };
      }
    }
  }

  async function* lines(group: Group, { fromMs, toMs }: Slice, asking: Asking): AsyncGenerator<Buffer, void, void> {
    let lastMs = fromMs;
    try {
      const span = { group: group.identifier, fromMs, toMs, ...(spec.filter === undefined ? {} : { filter: spec.filter }) };
      for await (const events of pages(span, asking)) {
        read.requests++;
        if (events.length === 0) continue;
        lastMs = events.at(-1)?.timestamp ?? lastMs;
        const text = events.map((event) => `${eventJson(group.name, event)}\n`).join('');
        read.events += events.length;
        yield Buffer.from(text);
      }
    } catch (error) {
      throw sourceError(error, `the log group ${group.name} at ${new Date(lastMs).toISOString()}`, kept(), { denied: 'Grant logs:FilterLogEvents on the group, and check the credentials.' });
    }
  }

  return {
    uri: spec.uri,
    ...(spec.name === undefined ? {} : { name: spec.name }),
    notes: () => notes,
    read: (signal, isWanted = async () => true): AsyncIterable<RemoteObject> => readAhead(openings(signal, isWanted), { width, bufferBytes, signal }),
    async estimate(signal): Promise<RemoteEstimate> {
      const groups = await groupsOf(signal);
      let objects = 0;
      let bytes = 0;
      let unknown = 0;
      for (const group of groups) {
        objects += slices(group, spec, clock.now()).length;
        const guess = bytesOf(group, spec, clock.now());
        if (guess === undefined) unknown++;
        else bytes += guess;
      }
      // Every slice ends with a page that is not full.
      const requests = Math.ceil(bytes / pageBytes) + objects + groups.length;
      const lacking = unknown === 0 ? '' : ` Of ${unknown} of them the size is not known.`;
      return {
        objects,
        bytes,
        requests,
        // FilterLogEvents is not charged: the CloudWatch price list (seen in 2026) has ingestion, storage, Insights queries and Live Tail alone.
        usd: 0,
        basis: `The stored bytes of ${groups.length === 1 ? 'the log group' : `${groups.length} log groups`}, spread evenly over the time that they are kept: right to a factor of a few. AWS does not charge for FilterLogEvents, only for transfer out of AWS; at ${requestsPerSecond} requests a second it takes about ${minutes(requests / requestsPerSecond)}.${lacking}`,
      };
    },
  };
}

async function open({ region }: CloudWatchLogsSpec, aws: CloudWatchLogsClientConfig): Promise<CloudWatchLogsClient> {
  const { CloudWatchLogsClient: Client } = await import('@aws-sdk/client-cloudwatch-logs');
  // Failures are waited out here, where the clock and the user can see it.
  return new Client({ maxAttempts: 1, ...(region === undefined ? {} : { region }), ...aws });
}

interface Slice {
  fromMs: number;
  toMs: number;
}

/** What a group holds within a span, if it came evenly; undefined where its size is not known. */
function bytesOf({ storedBytes, createdMs, retentionDays }: Group, span: Slice, nowMs: number): number | undefined {
  if (storedBytes === undefined || createdMs === undefined) return undefined;
  const keptFromMs = Math.max(createdMs, retentionDays === undefined ? 0 : nowMs - retentionDays * dayMs);
  const keptMs = Math.max(1, nowMs - keptFromMs);
  const withinMs = Math.max(0, Math.min(span.toMs, nowMs) - Math.max(span.fromMs, keptFromMs));
  return Math.round((storedBytes * Math.min(withinMs, keptMs)) / keptMs);
}

/** Equal slices of the span, cut to what the group can hold. */
export function slices(group: Group, span: Slice, nowMs: number): Slice[] {
  // Events may be 14 days older than the group they were put into (PutLogEvents).
  const fromMs = Math.max(span.fromMs, Math.min((group.createdMs ?? 0) - 14 * dayMs, span.toMs - 1));
  const lengthMs = span.toMs - fromMs;
  const bytes = bytesOf(group, span, nowMs);
  const wanted = bytes === undefined ? slicesOfUnknown : Math.ceil(bytes / sliceBytes);
  // The stored bytes that AWS tells lag behind by up to a day: a day is never one slice for that reason alone.
  const count = Math.max(1, Math.min(mostSlices, Math.max(wanted, Math.ceil(lengthMs / dayMs)), Math.ceil(lengthMs / shortestSliceMs)));
  const sliceMs = Math.ceil(lengthMs / count);
  const made: Slice[] = [];
  for (let atMs = fromMs; atMs < span.toMs; atMs += sliceMs) made.push({ fromMs: atMs, toMs: Math.min(atMs + sliceMs, span.toMs) });
  return made;
}

/** A time as a file's name on every system. */
function stamp(timeMs: number): string {
  return new Date(timeMs).toISOString().replaceAll(':', '-');
}

function minutes(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
