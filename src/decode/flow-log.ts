/** VPC flow log records: text lines in any field order, with a header line, a given order, or the default one. */
import type { CoverageEvent, Decoded, Decoder, DecodeSettings, NetworkActivity, RawRecord, Subject } from '#contract';
import { lastName, taskDefinitionOf, taskNameOf } from './arn.ts';
import { sharedFields } from './event-base.ts';
import { defaultFields, headerOf, isDefaultLine, isStatus, layoutOf } from './flow-fields.ts';
import type { FlowField, FlowLayout } from './flow-fields.ts';
import { isSourceClient, ownEndOf } from './flow-sides.ts';
import type { Instant } from './instant.ts';

export const flowLog: Decoder = {
  id: 'flow-log',
  title: 'Amazon VPC flow logs',
  source: 'https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html',
  feed: 'flow-log',
  framing: 'lines',
  recognise,
  open,
};

/** Besides a header and the default order, lines that hold an interface and a status: they need `--flow-fields`. */
function recognise(head: readonly RawRecord[]): number {
  const line = head[0]?.text.trim() ?? '';
  if (line.length > 4_096) return 0;
  if (headerOf(line) !== undefined) return 1;
  const tokens = line.split(' ');
  const looksLikeFlow = tokens.length >= 4 && tokens.some((token) => token.startsWith('eni-')) && tokens.some(isStatus);
  return isDefaultLine(tokens) || looksLikeFlow ? 1 : 0;
}

const defaultLayout = layoutOf(defaultFields);

function open(settings: DecodeSettings) {
  const given = settings.flowFields;
  let layout = given === undefined || given.length === 0 ? undefined : layoutOf(given);
  return {
    decode(record: RawRecord): Decoded {
      const line = record.text.trim();
      if (line === '') return { skipped: 'empty line' };
      const header = headerOf(line);
      if (header !== undefined) layout = header;
      const used = header ?? layout;
      if (used?.isTransitGateway === true) {
        return { unreadable: 'transit gateway flow log: only VPC flow logs are read' };
      }
      if (header !== undefined) return { skipped: 'header' };
      // The longest line with all published fields is under 2,000 characters.
      if (line.length > 16_384) return { unreadable: 'flow log line is longer than 16,384 characters' };
      return decodeLine(line, used, record);
    },
  };
}

function decodeLine(line: string, layout: FlowLayout | undefined, record: RawRecord): Decoded {
  // One space is the rule; the slower split is for what else may stand between.
  let tokens = line.split(' ');
  if (tokens.length !== (layout ?? defaultLayout).length || line.includes('\t')) tokens = line.split(/\s+/);
  if (layout === undefined) {
    return isDefaultLine(tokens)
      ? decodeTokens(tokens, defaultLayout, record)
      : { unreadable: 'expected a header line or the 14 default fields of a flow log; name the fields with --flow-fields' };
  }
  if (tokens.length !== layout.length) {
    return { unreadable: `expected ${layout.length} flow log fields, found ${tokens.length}` };
  }
  return decodeTokens(tokens, layout, record);
}

function decodeTokens(tokens: readonly string[], { place }: FlowLayout, record: RawRecord): Decoded {
  /** The field's text; '' where it is not logged or not known. */
  const field = (name: FlowField): string => {
    const at = place[name];
    const token = at < 0 ? '' : tokens[at]!;
    return token === '-' ? '' : token;
  };
  /** A whole number from 0, or undefined. */
  const whole = (name: FlowField): number | undefined => {
    const token = field(name);
    const number = token === '' ? Number.NaN : Number(token);
    return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
  };

  const status = field('log-status');
  if (status === 'NODATA') return { skipped: 'no data' };
  const startSeconds = whole('start');
  const timeMs = secondsToMs(whole('end') ?? startSeconds) ?? record.carrierTimeMs;
  if (timeMs === undefined) return { unreadable: 'expected end of the flow in Unix seconds' };
  const instant: Instant = { timeMs, timeNs: 0 };
  const subject = subjectOfFlow(field);
  if (status === 'SKIPDATA') return { events: [lossOf(record, instant, subject)] };

  const source = field('srcaddr') || field('pkt-srcaddr');
  const destination = field('dstaddr') || field('pkt-dstaddr');
  if (!isAddress(source) || !isAddress(destination)) return { unreadable: 'expected the addresses of a flow (srcaddr, dstaddr)' };
  const own = ownEndOf(field('flow-direction'), field('traffic-path'), source, destination);
  if (own !== 'unknown') subject.address = own === 'source' ? source : destination;

  const sourcePort = portOf(whole('srcport'));
  const destinationPort = portOf(whole('dstport'));
  const isRejected = field('action') === 'REJECT';
  // A refused packet that came in is somebody else's attempt, whatever its ports: probes come from 443 and 53 too.
  const isClientSource = (isRejected && own === 'destination') || isSourceClient({ sourcePort, destinationPort, tcpFlags: whole('tcp-flags') });
  // The own end is known by the interface's address; the far end by the packet's, which a NAT gateway leaves as it is.
  const sourceEnd = own === 'source' ? source : packetAddress(field('pkt-srcaddr'), source);
  const destinationEnd = own === 'destination' ? destination : packetAddress(field('pkt-dstaddr'), destination);
  const bytes = whole('bytes') ?? 0;
  const event: NetworkActivity = {
    kind: 'network',
    ...sharedFields('flow-log', record, instant, subject),
    clientAddress: isClientSource ? sourceEnd : destinationEnd,
    serverAddress: isClientSource ? destinationEnd : sourceEnd,
    serverPort: isClientSource ? destinationPort : sourcePort,
    protocol: whole('protocol') ?? 0,
    side: own === 'unknown' ? 'unknown' : (own === 'source') === isClientSource ? 'client' : 'server',
    action: isRejected ? 'reject' : 'accept',
    clientSentBytes: isClientSource ? bytes : 0,
    serverSentBytes: isClientSource ? 0 : bytes,
    packets: whole('packets') ?? 0,
    // A flow that ends before it began has a clock that was set back: only its end counts.
    startMs: Math.min(secondsToMs(startSeconds) ?? timeMs, timeMs),
  };
  const isFarSource = own === 'unknown' ? !isClientSource : own === 'destination';
  const service = field(isFarSource ? 'pkt-src-aws-service' : 'pkt-dst-aws-service');
  if (service !== '') event.serverService = service.toUpperCase();
  return { events: [event] };
}

function lossOf(record: RawRecord, instant: Instant, subject: Subject): CoverageEvent {
  const place = subject.networkInterface ?? 'a network interface';
  return {
    kind: 'coverage',
    ...sharedFields('flow-log', record, instant, subject),
    state: 'lossy',
    detail: `The flow log of ${place} left out records (SKIPDATA): its capacity was exceeded or an internal error occurred.`,
  };
}

function subjectOfFlow(field: (name: FlowField) => string): Subject {
  const arn = taskNameOf(field('ecs-task-arn'));
  const account = field('account-id');
  const subject: Subject = {};
  const set = (key: keyof Subject, value: string | undefined) => {
    if (value !== undefined && value !== '') subject[key] = value;
  };
  set('account', account === 'unknown' || account === '' ? arn?.account : account);
  set('region', field('region') || arn?.region);
  set('cluster', field('ecs-cluster-name') || lastName(field('ecs-cluster-arn')) || arn?.cluster);
  set('service', field('ecs-service-name'));
  set('task', field('ecs-task-id') || arn?.task);
  const definition = taskDefinitionOf(field('ecs-task-definition-arn'));
  set('family', definition?.family);
  set('revision', definition?.revision);
  set('networkInterface', field('interface-id'));
  return subject;
}

/** Addresses hold digits, letters, dots and colons only; 45 characters is the longest form of IPv6. */
function isAddress(text: string): boolean {
  return text.length >= 2 && text.length <= 45 && (text.includes('.') || text.includes(':')) && !/[^0-9a-fA-F.:]/.test(text);
}

function packetAddress(packet: string, shown: string): string {
  return isAddress(packet) ? packet : shown;
}

function portOf(number: number | undefined): number {
  return number !== undefined && number <= 65_535 ? number : 0;
}

/** Undefined where the instant is past the year 9999. */
function secondsToMs(seconds: number | undefined): number | undefined {
  return seconds === undefined || seconds > 253_402_300_799 ? undefined : seconds * 1_000;
}
