/** Reads a name server's message that anybody may have made: bounded in names, steps and answers, and never throwing. */
import { addressText } from './endpoints.ts';

export interface DnsMessage {
  id: number;
  isAnswer: boolean;
  responseCode: string;
  /** Lower case, without the final dot; the root is `.`. */
  queryName: string;
  queryType: string;
  answers: string[];
}

const headerBytes = 12;
const mostAnswers = 32;
/** Records looked at; an honest answer over UDP has no more. */
const mostRecords = 64;
/** RFC 1035: labels of 63 bytes, names of 255. */
const longestNameBytes = 255;
const mostJumps = 16;

const types: Readonly<Record<number, string>> = {
  1: 'A', 2: 'NS', 5: 'CNAME', 6: 'SOA', 10: 'NULL', 12: 'PTR', 15: 'MX', 16: 'TXT', 28: 'AAAA', 33: 'SRV', 35: 'NAPTR', 43: 'DS', 48: 'DNSKEY', 64: 'SVCB', 65: 'HTTPS', 252: 'AXFR', 255: 'ANY',
};
const responseCodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** `bytes` from `at` to `end`; what lies behind a cut is left out. Undefined where it is no message with one question. */
export function readDnsMessage(bytes: Buffer, at: number, end: number): DnsMessage | undefined {
  const stop = Math.min(end, bytes.length);
  if (at < 0 || at + headerBytes > stop) return undefined;
  const flags = bytes.readUInt16BE(at + 2);
  const isQuery = ((flags >> 11) & 0xf) === 0;
  if (!isQuery || bytes.readUInt16BE(at + 4) !== 1) return undefined;
  const question = readName(bytes, at, at + headerBytes, stop);
  if (question === undefined || question.next + 4 > stop) return undefined;
  const type = bytes.readUInt16BE(question.next);
  const code = flags & 0xf;
  return {
    id: bytes.readUInt16BE(at),
    isAnswer: (flags & 0x8000) !== 0,
    responseCode: responseCodes[code] ?? `RCODE${code}`,
    queryName: question.name,
    queryType: types[type] ?? `TYPE${type}`,
    answers: readAnswers(bytes, at, question.next + 4, stop, bytes.readUInt16BE(at + 6)),
  };
}

function readAnswers(bytes: Buffer, messageAt: number, from: number, stop: number, count: number): string[] {
  const answers: string[] = [];
  let at = from;
  for (let record = 0; record < Math.min(count, mostRecords) && answers.length < mostAnswers; record += 1) {
    const owner = readName(bytes, messageAt, at, stop);
    if (owner === undefined || owner.next + 10 > stop) break;
    const type = bytes.readUInt16BE(owner.next);
    const valueAt = owner.next + 10;
    at = valueAt + bytes.readUInt16BE(owner.next + 8);
    if (at > stop) break;
    const answer = readValue(bytes, messageAt, type, valueAt, at);
    if (answer !== undefined) answers.push(answer);
  }
  return answers;
}

/** Of addresses and of what names another name; the rest is not for us. */
function readValue(bytes: Buffer, messageAt: number, type: number, at: number, end: number): string | undefined {
  if (type === 1) return end - at === 4 ? addressText(bytes.toString('latin1', at, end), 0, 4) : undefined;
  if (type === 28) return end - at === 16 ? addressText(bytes.toString('latin1', at, end), 0, 16) : undefined;
  const skip = type === 2 || type === 5 || type === 12 ? 0 : type === 15 ? 2 : type === 33 ? 6 : -1;
  if (skip < 0 || at + skip >= end) return undefined;
  return readName(bytes, messageAt, at + skip, end)?.name;
}

/** `next`: behind the name where it stands. A pointer leads backwards only, so no message makes this go round. */
function readName(bytes: Buffer, messageAt: number, from: number, stop: number): { name: string; next: number } | undefined {
  let name = '';
  let next = -1;
  let at = from;
  let lowest = from;
  let nameBytes = 0;
  for (let jumps = 0; ;) {
    if (at >= stop) return undefined;
    const length = bytes[at]!;
    if (length === 0) return { name: name === '' ? '.' : name, next: next < 0 ? at + 1 : next };
    if (length >= 0xc0) {
      if (at + 2 > stop || jumps === mostJumps) return undefined;
      if (next < 0) next = at + 2;
      const target = messageAt + (bytes.readUInt16BE(at) & 0x3fff);
      if (target >= lowest || target < messageAt + headerBytes) return undefined;
      lowest = target;
      at = target;
      jumps += 1;
      continue;
    }
    nameBytes += length + 1;
    if (length > 63 || at + 1 + length > stop || nameBytes > longestNameBytes) return undefined;
    name += (name === '' ? '' : '.') + labelText(bytes, at + 1, at + 1 + length);
    at += 1 + length;
  }
}

const plainLabel = /^[a-z0-9_-]*$/;

/** Other bytes than letters, digits, `-` and `_` are written as `\ddd`, as zone files do. */
function labelText(bytes: Buffer, from: number, to: number): string {
  const label = bytes.toString('latin1', from, to).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return plainLabel.test(label) ? label : label.replace(/[^a-z0-9_-]/g, (byte) => `\\${String(byte.charCodeAt(0)).padStart(3, '0')}`);
}
