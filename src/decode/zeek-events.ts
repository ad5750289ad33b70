/** Events of Zeek's rows: a connection is network activity of its private side, a lookup DNS activity of who asked. */
import ipaddr from 'ipaddr.js';
import type { DecodeSettings, Decoded, DnsActivity, JsonValue, NetworkActivity, RawRecord, Subject } from '#contract';
import { addressOf } from './address.ts';
import { contentId } from './content-id.ts';
import { listOf, numberOf, textOf } from './fields.ts';
import type { Instant } from './instant.ts';
import { shortenRaw } from './mask.ts';

/** The value of a field by Zeek's name; undefined where it is unset. */
export type ZeekFields = (name: string) => JsonValue | undefined;

const protocols: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['tcp', 6],
  ['udp', 17],
  ['icmp6', 58],
  ['sctp', 132],
]);

/** Bounds of a row's numbers: years 1 to 9999, and a connection of at most a year. */
const latestSeconds = 253_402_300_799;
const longestSeconds = 366 * 86_400;
const answerLimit = 32;

/** Event time is the connection's end, as for flow logs. */
export function zeekConnection(record: RawRecord, fields: ZeekFields, settings: DecodeSettings): Decoded {
  const client = addressOf(fields('id.orig_h'));
  const server = addressOf(fields('id.resp_h'));
  if (client === undefined || server === undefined) return { unreadable: 'zeek conn: id.orig_h and id.resp_h are no IP addresses' };
  const startSeconds = secondsOf(fields('ts'), latestSeconds);
  if (startSeconds === undefined) return { unreadable: 'zeek conn: ts is no time in Unix seconds' };
  const end = instantOf(startSeconds, secondsOf(fields('duration'), longestSeconds) ?? 0);
  const isServerOwn = !isPrivate(client) && isPrivate(server);
  const protocolName = textOf(fields('proto')).toLowerCase();
  const protocol = protocolName === 'icmp' && client.includes(':') ? 58 : (protocols.get(protocolName) ?? 0);
  const event: NetworkActivity = {
    kind: 'network',
    feed: 'zeek',
    ...end,
    ...identity(record, fields),
    subject: subjectOf(isServerOwn ? server : client, settings),
    clientAddress: client,
    serverAddress: server,
    // Of ICMP the "port" of the responder is a code.
    serverPort: protocol === 1 || protocol === 58 ? 0 : (countOf(fields('id.resp_p'), 65_535) ?? 0),
    protocol,
    side: isServerOwn ? 'server' : 'client',
    action: fields('conn_state') === 'REJ' ? 'reject' : 'accept',
    // Bytes of IP packets, as flow logs count them; where Zeek did not see those, of the payload.
    clientSentBytes: bytesOf(fields, 'orig'),
    serverSentBytes: bytesOf(fields, 'resp'),
    packets: (countOf(fields('orig_pkts')) ?? 0) + (countOf(fields('resp_pkts')) ?? 0),
    startMs: instantOf(startSeconds, 0).timeMs,
  };
  return { events: [event] };
}

/** Event time is when the answer came. */
export function zeekLookup(record: RawRecord, fields: ZeekFields, settings: DecodeSettings): Decoded {
  const client = addressOf(fields('id.orig_h'));
  if (client === undefined) return { unreadable: 'zeek dns: id.orig_h is no IP address' };
  const seconds = secondsOf(fields('ts'), latestSeconds);
  if (seconds === undefined) return { unreadable: 'zeek dns: ts is no time in Unix seconds' };
  const queryName = textOf(fields('query')).toLowerCase().replace(/\.$/, '').slice(0, 255);
  if (queryName === '') return { skipped: 'zeek dns without a question' };
  const event: DnsActivity = {
    kind: 'dns',
    feed: 'zeek',
    ...instantOf(seconds, secondsOf(fields('rtt'), longestSeconds) ?? 0),
    ...identity(record, fields),
    subject: subjectOf(client, settings),
    queryName,
    queryType: textOf(fields('qtype_name')).slice(0, 40),
    responseCode: textOf(fields('rcode_name')).slice(0, 40),
    answers: listOf(fields('answers'), answerLimit).map((answer) => textOf(answer).toLowerCase().replace(/\.$/, '').slice(0, 255)).filter((answer) => answer !== ''),
  };
  return { events: [event] };
}

/** A uid names a connection, of which several rows may tell: it is shown, and is no id of the row. */
function identity(record: RawRecord, fields: ZeekFields): { id: string; hasOwnId: false; count: number; origin: RawRecord['origin']; raw: string } {
  const uid = textOf(fields('uid')).slice(0, 64);
  return {
    id: contentId(record.text),
    hasOwnId: false,
    count: 1,
    origin: uid === '' ? record.origin : { ...record.origin, eventId: uid },
    raw: shortenRaw(record.text),
  };
}

function subjectOf(address: string, { name }: DecodeSettings): Subject {
  return name === undefined ? { host: address, address } : { host: address, address, name };
}

function isPrivate(address: string): boolean {
  const range = ipaddr.parse(address).range();
  return range === 'private' || range === 'uniqueLocal' || range === 'linkLocal' || range === 'loopback';
}

function secondsOf(value: JsonValue | undefined, limit: number): number | undefined {
  const seconds = numberOf(value);
  return seconds === undefined || seconds < 0 || seconds > limit ? undefined : seconds;
}

/** Zeek counts microseconds; as an integer of these the sum is exact. */
function instantOf(seconds: number, laterSeconds: number): Instant {
  const micros = Math.round(seconds * 1e6) + Math.round(laterSeconds * 1e6);
  return { timeMs: Math.floor(micros / 1_000), timeNs: (micros % 1_000) * 1_000 };
}

function countOf(value: JsonValue | undefined, limit = Number.MAX_SAFE_INTEGER): number | undefined {
  const count = numberOf(value);
  return count === undefined || count < 0 || count > limit ? undefined : Math.floor(count);
}

function bytesOf(fields: ZeekFields, side: 'orig' | 'resp'): number {
  return countOf(fields(`${side}_ip_bytes`)) ?? countOf(fields(`${side}_bytes`)) ?? 0;
}
