/** Remote histories: telemetry kept at a cloud, read once from its beginning to its end. */
import { FargazerError } from '#contract';

/** One object of a history (a file, or a slice of a log group), as if it were a file. */
export interface RemoteObject extends RemoteDescription {
  /**
   * As stored, perhaps packed. Read at once, or not at all: what is not read before the next object is asked for is
   * given up. Throws a `FargazerError` where nothing more can be read of the whole history.
   */
  chunks: AsyncIterable<Buffer>;
  /** What is to be said of this object, complete once its chunks were read: it vanished, it may not be read. */
  notes: readonly string[];
}

export interface RemoteDescription {
  /** Names it in positions and messages: `s3://BUCKET/KEY`, `cloudwatch-logs://GROUP/…`. */
  name: string;
  /** Path below a folder that the history is saved in; its segments are plain names. */
  path: string;
  /** As stored, perhaps packed; undefined where the carrier does not say. */
  storedBytes?: number;
  /** When it was stored, by the carrier's clock. */
  arrivalMs?: number;
}

/** What reading would cost. */
export interface RemoteEstimate {
  objects: number;
  /** As stored. */
  bytes: number;
  requests: number;
  /** What AWS charges for the reading, US dollars. */
  usd: number;
  /** What the numbers rest on: a sentence. */
  basis: string;
}

export interface RemoteHistory {
  /** The URI as given. */
  readonly uri: string;
  /** Name for records that carry none (`NAME=URI`). */
  readonly name?: string;
  /** Asks only lists and descriptions, no content. */
  estimate(signal: AbortSignal): Promise<RemoteEstimate>;
  /**
   * In a fixed order, several read ahead within a bound; what `isWanted` does not want is not asked for. Throws `source-gone`, `source-denied` or `source-failed`,
   * with what was read so far in the sentence.
   */
  read(signal: AbortSignal, isWanted?: (object: RemoteDescription) => Promise<boolean>): AsyncIterable<RemoteObject>;
  /** On the history as a whole, complete at its end: what was left out and why. */
  notes(): readonly string[];
}

export interface CloudWatchLogsSpec {
  kind: 'cloudwatch-logs';
  uri: string;
  name?: string;
  /** Names or ARNs; a `*` at the end means every group that begins so. */
  groups: string[];
  fromMs: number;
  toMs: number;
  /** A filter pattern of CloudWatch Logs. */
  filter?: string;
  region?: string;
}

export interface S3Spec {
  kind: 's3';
  uri: string;
  name?: string;
  bucket: string;
  /** Empty for the whole bucket. */
  prefix: string;
  fromMs?: number;
  toMs?: number;
  region?: string;
}

export type RemoteSpec = CloudWatchLogsSpec | S3Spec;

/** How times and slips of the pen are read; the configuration's ways, handed in where the rooms meet. */
export interface RemoteWords {
  nowMs: number;
  /** Milliseconds of `7d`. */
  duration: (text: string) => number | undefined;
  /** Milliseconds since 1970 of an ISO 8601 date or time. */
  instant: (text: string) => number | undefined;
  /** `; did you mean from?`, or nothing. */
  suggestion: (word: string, words: readonly string[]) => string;
}

const schemes = ['cloudwatch-logs', 's3'] as const;

const parameters: Readonly<Record<(typeof schemes)[number], readonly string[]>> = {
  'cloudwatch-logs': ['from', 'to', 'filter', 'region'],
  's3': ['from', 'to', 'region'],
};

/** CloudWatch Logs takes these in names; an ARN brings colons. */
const groupPattern = /^(?:[.\-_/#A-Za-z0-9]{1,512}\*?|arn:[a-z-]+:logs:[a-z0-9-]+:\d{12}:log-group:[.\-_/#A-Za-z0-9]{1,512})$/;

const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Longest URI that is read: ten group names of the greatest length. */
const longestUri = 8_192;

/**
 * Undefined where the text is no URI (a path). Times may be instants or durations, which count back from now.
 * Throws `usage` for another scheme, an unknown parameter, a wrong time.
 */
export function parseRemote(text: string, words: RemoteWords): RemoteSpec | undefined {
  const apart = takeApart(text, words);
  if (apart === undefined) return undefined;
  const { kind, uri, name, place, region, fromMs, toMs, wrong } = apart;
  const shared = { uri, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
  if (kind === 's3') {
    const slash = place.indexOf('/');
    const bucket = slash === -1 ? place : place.slice(0, slash);
    if (!bucketPattern.test(bucket)) throw wrong(`expected s3://BUCKET/PREFIX, found the bucket ${JSON.stringify(bucket)}`);
    const prefix = slash === -1 ? '' : place.slice(slash + 1);
    return { kind, ...shared, bucket, prefix, ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) };
  }
  const groups = groupsOf(place, wrong);
  if (fromMs === undefined) throw wrong('say how far back to read, such as ?from=7d');
  return { kind, ...shared, groups, fromMs, toMs: toMs ?? words.nowMs, ...filterOf(apart) };
}

/** Log groups that are followed; without a start from now on. */
export interface FollowedGroups {
  groups: string[];
  fromMs?: number;
  filter?: string;
  region?: string;
}

/** `cloudwatch-logs://GROUP` to be followed; undefined and `usage` as for `parseRemote`. */
export function parseFollowed(text: string, words: RemoteWords): FollowedGroups | undefined {
  const apart = takeApart(text, words);
  if (apart === undefined) return undefined;
  const { kind, name, place, region, fromMs, toMs, wrong } = apart;
  if (kind === 's3') throw wrong('a bucket tells nobody of new objects by itself; name it as a source of fargazer consume, with a queue of its notifications');
  if (name !== undefined) throw wrong('a name before it is for recordings; the group itself names what it holds');
  if (toMs !== undefined) throw wrong('what is followed has no end; replay reads a span with from and to');
  return { groups: groupsOf(place, wrong), ...(fromMs === undefined ? {} : { fromMs }), ...(region === undefined ? {} : { region }), ...filterOf(apart) };
}

interface Apart {
  kind: (typeof schemes)[number];
  /** Without `NAME=`. */
  uri: string;
  name: string | undefined;
  place: string;
  given: ReadonlyMap<string, string>;
  region: string | undefined;
  fromMs: number | undefined;
  toMs: number | undefined;
  wrong: Wrong;
}

function takeApart(text: string, words: RemoteWords): Apart | undefined {
  const found = /^(?:([^=/*?[\]:]{1,200})=)?([a-z][a-z0-9+.-]{0,40}):\/\/([^]*)$/i.exec(text);
  if (found === null) return undefined;
  const [, name, scheme = '', rest = ''] = found;
  const shown = text.length > 120 ? `${text.slice(0, 119)}…` : text;
  const wrong = (what: string): FargazerError => new FargazerError('usage', `${shown}: ${what}. Nothing was read.`);
  const kind = schemes.find((candidate) => candidate === scheme.toLowerCase());
  if (kind === undefined) throw wrong(`there is no source ${scheme}://${words.suggestion(scheme, schemes)}`);
  if (text.length > longestUri) throw wrong(`it has more than ${longestUri} characters; name fewer groups at once`);

  const mark = rest.indexOf('?');
  const place = decoded(mark === -1 ? rest : rest.slice(0, mark), wrong);
  const given = query(mark === -1 ? '' : rest.slice(mark + 1), kind, words, wrong);
  const fromMs = time('from', given, words, wrong);
  const toMs = time('to', given, words, wrong);
  if (fromMs !== undefined && fromMs >= (toMs ?? words.nowMs)) throw wrong('from lies behind the end of the span; expected a start before it');
  const region = given.get('region');
  if (region !== undefined && !/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) throw wrong(`region: expected a name such as eu-central-1, found ${JSON.stringify(region)}`);
  return { kind, uri: shownUri(text), name, place, given, region, fromMs, toMs, wrong };
}

function groupsOf(place: string, wrong: Wrong): string[] {
  const groups = place.split(',').filter((group) => group !== '');
  if (groups.length === 0) throw wrong('no log group is named; expected cloudwatch-logs:///ecs/app?from=7d');
  for (const group of groups) {
    if (!groupPattern.test(group)) throw wrong(`${JSON.stringify(group)} cannot be the name of a log group; letters, digits and . - _ / # stand in one, and a * at its end means every group that begins so`);
  }
  return [...new Set(groups)];
}

function filterOf({ given }: Apart): { filter?: string } {
  const filter = given.get('filter');
  return filter === undefined || filter === '' ? {} : { filter };
}

type Wrong = (what: string) => FargazerError;

function query(text: string, kind: (typeof schemes)[number], words: RemoteWords, wrong: Wrong): Map<string, string> {
  const known = parameters[kind];
  const given = new Map<string, string>();
  // A plus stays a plus: it stands in times (`+02:00`) and in filter patterns.
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const key = equals === -1 ? part : part.slice(0, equals);
    if (!known.includes(key)) throw wrong(`there is no parameter ${JSON.stringify(key.slice(0, 80)).slice(1, -1)}${words.suggestion(key, known)}`);
    if (equals === -1) throw wrong(`${key}: expected ${key}=…`);
    if (given.has(key)) throw wrong(`${key} is given twice`);
    given.set(key, decoded(part.slice(equals + 1), wrong));
  }
  return given;
}

function time(key: string, given: ReadonlyMap<string, string>, words: RemoteWords, wrong: Wrong): number | undefined {
  const text = given.get(key);
  if (text === undefined) return undefined;
  const durationMs = words.duration(text);
  const timeMs = durationMs === undefined ? words.instant(text) : words.nowMs - durationMs;
  if (timeMs === undefined || timeMs < 0) throw wrong(`${key}: expected a duration such as 7d, or a time such as 2023-07-10T12:05Z, found ${JSON.stringify(text.slice(0, 80))}`);
  return timeMs;
}

function decoded(text: string, wrong: Wrong): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('a % begins no character; write %25 for a percent sign');
  }
}

/** Without `NAME=`. */
function shownUri(text: string): string {
  return text.slice(text.search(/[a-z][a-z0-9+.-]{0,40}:\/\//i));
}
