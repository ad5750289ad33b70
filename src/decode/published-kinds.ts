/** Kinds of published events, from JSON to the event's own fields; undefined where a field that must be there is not, or is out of its bounds. */
import type {
  CoverageEvent, DnsActivity, FargazerEvent, FileActivity, FileConcern, JsonObject, LogRecord, MetricSet, MetricUnit, NetworkActivity, ProcessActivity, PublishedKind, SocketActivity, Stream,
} from '#contract';
import { metricList } from '#contract';
import { addressOf } from './address.ts';
import { isObject, listOf, textOf } from './fields.ts';
import { lineage, oneOf, program, texts, wholeIn } from './published-fields.ts';
import type { SharedFields } from './event-base.ts';

const mostBytes = Number.MAX_SAFE_INTEGER;
const streamKinds = ['terminal', 'pipe', 'socket', 'file', 'null', 'none', 'unknown'] as const satisfies readonly Stream[];
const concerns = [
  'accounts', 'sudoers', 'cron', 'ssh-keys', 'loader', 'start-up', 'credentials', 'logs', 'executable', 'application', 'certificates', 'resolver',
] as const satisfies readonly FileConcern[];
const metricUnits = ['ratio', 'percent', 'bytes', 'bytes/s', 'count', 'count/s', 'cpu-units', 'seconds', '1'] as const satisfies readonly MetricUnit[];
/** Metrics of one subject and record. */
const metricLimit = 256;
const capabilityLimit = 64;

type Read = (value: JsonObject, shared: SharedFields) => FargazerEvent | undefined;

function processOf(value: JsonObject, shared: SharedFields): ProcessActivity | undefined {
  const activity = oneOf(['launch', 'terminate', 'set-user', 'inject', 'stop', 'stream', 'busy'], value['activity']);
  const of = program(value['program']);
  const pid = wholeIn(value['pid'], 0, 2 ** 31);
  if (activity === undefined || of === undefined || pid === undefined) return undefined;
  const kinds = listOf(value['streams'], 3).map((stream) => oneOf(streamKinds, stream) ?? 'unknown');
  const streams = kinds.length === 3 ? (kinds as [Stream, Stream, Stream]) : undefined;
  const user = (name: string): number => wholeIn(value[name], -1, 2 ** 32) ?? -1;
  const by = program(value['by']);
  const streamPeer = textOf(value['streamPeer']).slice(0, 64);
  const executableChangedMs = wholeIn(value['executableChangedMs'], 0, mostBytes);
  const seconds = typeof value['seconds'] === 'number' && value['seconds'] >= 0 ? value['seconds'] : undefined;
  const event: ProcessActivity = {
    kind: 'process', ...shared, activity, pid, program: of,
    lineage: lineage(value['lineage']),
    arguments: texts(value['arguments'], 32, 256),
    userId: user('userId'), realUserId: user('realUserId'), parentUserId: user('parentUserId'),
    executable: oneOf(['file', 'deleted', 'memory', 'writable-place', 'unknown'], value['executable']) ?? 'unknown',
    foundBy: value['foundBy'] === 'open' ? 'open' : 'proc',
  };
  if (Array.isArray(value['capabilities'])) event.capabilities = texts(value['capabilities'], capabilityLimit, 32);
  if (Array.isArray(value['gainedCapabilities'])) event.gainedCapabilities = texts(value['gainedCapabilities'], capabilityLimit, 32);
  if (Array.isArray(value['preloads'])) event.preloads = texts(value['preloads'], 8, 512);
  for (const flag of ['hasNoNewPrivileges', 'isOfImage', 'isPrivilegedFile'] as const) if (typeof value[flag] === 'boolean') event[flag] = value[flag];
  if (executableChangedMs !== undefined) event.executableChangedMs = executableChangedMs;
  if (streams !== undefined) event.streams = streams;
  if (streamPeer !== '') event.streamPeer = streamPeer;
  if (by !== undefined) event.by = by;
  const means = oneOf(['trace', 'memory'], value['means']);
  if (means !== undefined) event.means = means;
  if (seconds !== undefined) event.seconds = seconds;
  return event;
}

function socketOf(value: JsonObject, shared: SharedFields): SocketActivity | undefined {
  const activity = oneOf(['listen', 'close'], value['activity']);
  const localAddress = addressOf(value['localAddress']);
  const localPort = wholeIn(value['localPort'], 0, 65_535);
  const protocol = wholeIn(value['protocol'], 0, 255);
  if (activity === undefined || localAddress === undefined || localPort === undefined || protocol === undefined) return undefined;
  const event: SocketActivity = { kind: 'socket', ...shared, activity, localAddress, localPort, protocol, userId: wholeIn(value['userId'], -1, 2 ** 32) ?? -1 };
  const of = program(value['program']);
  if (of !== undefined) Object.assign(event, { program: of, lineage: lineage(value['lineage']) });
  return event;
}

function fileOf(value: JsonObject, shared: SharedFields): FileActivity | undefined {
  const activity = oneOf(['create', 'update', 'delete', 'rename', 'permissions', 'open'], value['activity']);
  const concern = oneOf(concerns, value['concern']);
  const path = textOf(value['path']).slice(0, 512);
  if (activity === undefined || concern === undefined || path === '') return undefined;
  const event: FileActivity = { kind: 'file', ...shared, activity, path, concern, isExecutable: value['isExecutable'] === true, hasSetId: value['hasSetId'] === true };
  const of = program(value['program']);
  const sizeBytes = wholeIn(value['sizeBytes'], 0, mostBytes);
  if (of !== undefined) Object.assign(event, { program: of, lineage: lineage(value['lineage']) });
  if (sizeBytes !== undefined) event.sizeBytes = sizeBytes;
  return event;
}

function networkOf(value: JsonObject, shared: SharedFields): NetworkActivity | undefined {
  const clientAddress = addressOf(value['clientAddress']);
  const serverAddress = addressOf(value['serverAddress']);
  const serverPort = wholeIn(value['serverPort'], 0, 65_535);
  const protocol = wholeIn(value['protocol'], 0, 255);
  if (clientAddress === undefined || serverAddress === undefined || serverPort === undefined || protocol === undefined) return undefined;
  const startMs = wholeIn(value['startMs'], 0, shared.timeMs) ?? shared.timeMs;
  const event: NetworkActivity = {
    kind: 'network', ...shared, clientAddress, serverAddress, serverPort, protocol,
    side: oneOf(['client', 'server', 'unknown'], value['side']) ?? 'unknown',
    action: value['action'] === 'reject' ? 'reject' : 'accept',
    clientSentBytes: wholeIn(value['clientSentBytes'], 0, mostBytes) ?? 0,
    serverSentBytes: wholeIn(value['serverSentBytes'], 0, mostBytes) ?? 0,
    packets: wholeIn(value['packets'], 0, mostBytes) ?? 0,
    startMs,
  };
  const of = program(value['program']);
  const activity = oneOf(['open', 'traffic', 'close'], value['activity']);
  const userId = wholeIn(value['userId'], -1, 2 ** 32);
  const serverName = textOf(value['serverName']).toLowerCase().slice(0, 255);
  if (of !== undefined) Object.assign(event, { program: of, lineage: lineage(value['lineage']) });
  if (activity !== undefined) event.activity = activity;
  if (userId !== undefined) event.userId = userId;
  if (serverName !== '') event.serverName = serverName;
  if (value['isLocal'] === true) event.isLocal = true;
  return event;
}

function dnsOf(value: JsonObject, shared: SharedFields): DnsActivity | undefined {
  const queryName = textOf(value['queryName']).toLowerCase().replace(/\.$/, '').slice(0, 255);
  if (queryName === '') return undefined;
  const event: DnsActivity = {
    kind: 'dns', ...shared, queryName,
    queryType: textOf(value['queryType']).slice(0, 16),
    responseCode: textOf(value['responseCode']).slice(0, 16),
    answers: texts(value['answers'], 32, 255).map((answer) => answer.toLowerCase()),
  };
  for (const name of ['queryBytes', 'answerBytes'] as const) {
    const bytes = wholeIn(value[name], 0, 2 ** 20);
    if (bytes !== undefined) event[name] = bytes;
  }
  return event;
}

function coverageOf(value: JsonObject, shared: SharedFields): CoverageEvent | undefined {
  const state = oneOf(['late', 'lossy', 'silent', 'working'], value['state']);
  if (state === undefined) return undefined;
  const nextWithinMs = state === 'working' ? wholeIn(value['nextWithinMs'], 1, 86_400_000) : undefined;
  return { kind: 'coverage', ...shared, state, detail: textOf(value['detail']).slice(0, 300), ...(nextWithinMs === undefined ? {} : { nextWithinMs }) };
}

function logOf(value: JsonObject, shared: SharedFields): LogRecord | undefined {
  const templateId = textOf(value['templateId']);
  if (!/^[0-9a-z]{4,32}$/i.test(templateId)) return undefined;
  const severityText = oneOf(['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'], value['severityText']);
  return {
    // Sums of a shipper: kinds of lines with their counts, each under its template's id.
    kind: 'log', ...shared, hasOwnId: false, templateId, template: textOf(value['template']).slice(0, 400), isContinuation: value['isContinuation'] === true,
    ...(severityText === undefined ? {} : { severityText }),
  };
}

function metricsOf(value: JsonObject, shared: SharedFields): MetricSet | undefined {
  const { list } = value;
  if (!isObject(list)) return undefined;
  const metrics = texts(list['metrics'], metricLimit, 128);
  const values = listOf(value['values'], metricLimit).filter((number) => typeof number === 'number' && Number.isFinite(number)) as number[];
  const units = listOf(list['units'], metricLimit).map((unit) => oneOf(metricUnits, unit) ?? '1');
  const isCumulative = listOf(list['isCumulative'], metricLimit).map((flag) => flag === true);
  const count = metrics.length;
  if (count === 0 || values.length !== count || units.length !== count || isCumulative.length !== count) return undefined;
  if (metrics.some((name, at) => at > 0 && metrics[at - 1]! >= name)) return undefined;
  return { kind: 'metrics', ...shared, list: metricList(metrics, units, isCumulative), values };
}

export const readers: Readonly<Record<PublishedKind, Read>> = {
  process: processOf, socket: socketOf, file: fileOf, network: networkOf, dns: dnsOf, coverage: coverageOf, log: logOf, metrics: metricsOf,
};
