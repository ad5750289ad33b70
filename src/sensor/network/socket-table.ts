/** The kernel's sockets by the best way there is: socket diagnosis, else the text of `/proc/net`. */
import { readFileSync } from 'node:fs';
import type { DumpQuery, SocketDiagnosis, SocketEntry } from '../native/socket-diagnosis.ts';

export type SocketTable = SocketDiagnosis;

export const tcpState = { established: 1, asking: 2, finWait1: 4, timeWait: 6, closed: 7, listening: 10 } as const;
/** All states in which two ends know of each other, as bits. */
export const connectedStates = 0xfff & ~(1 << tcpState.listening) & ~(1 << tcpState.closed) & ~(1 << 3) & ~(1 << tcpState.timeWait) & ~1;
export const listeningStates = 1 << tcpState.listening;

/** `netPath`: `/proc/net` of the namespace that is looked at. */
export function procSocketTable(netPath: string): SocketTable {
  const entry: SocketEntry = { state: 0, key: '', userId: 0, inode: 0, sentBytes: -1, receivedBytes: -1, packets: 0 };
  const dump = ({ family, protocol, states }: DumpQuery, visit: (entry: SocketEntry) => void): boolean => {
    try {
      readSocketText(readFileSync(`${netPath}/${protocol === 6 ? 'tcp' : 'udp'}${family === 10 ? '6' : ''}`), states, entry, visit);
      return true;
    } catch {
      return false;
    }
  };
  return {
    dump,
    find(protocol, key) {
      let found: SocketEntry | undefined;
      const end = key.slice(-4);
      for (const family of key.length === 12 ? [2, 10] as const : [10] as const) {
        dump({ family, protocol, states: 0xffffffff, hasBytes: false }, (candidate) => {
          const isUnconnected = protocol === 17 && candidate.key.slice(-4, -2) === end.slice(0, 2) && candidate.key.endsWith('\0\0');
          if (candidate.key === key || (isUnconnected && found === undefined)) found = { ...candidate };
        });
        if (found !== undefined) return found;
      }
      return undefined;
    },
    close() {},
  };
}

const newline = 0x0a;
const colon = 0x3a;
const space = 0x20;

/** Lines of `/proc/net/{tcp,tcp6,udp,udp6}`; a line that is none is left out. */
export function readSocketText(text: Buffer, states: number, entry: SocketEntry, visit: (entry: SocketEntry) => void): void {
  let lineAt = text.indexOf(newline) + 1;
  while (lineAt > 0 && lineAt < text.length) {
    let end = text.indexOf(newline, lineAt);
    if (end < 0) end = text.length;
    const numberEnd = text.indexOf(colon, lineAt);
    if (numberEnd > 0 && numberEnd < end && readSocketLine(text, numberEnd + 2, end, states, entry)) visit(entry);
    lineAt = end + 1;
  }
}

/** From the local address on: `0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 12345 …`. */
function readSocketLine(text: Buffer, at: number, end: number, states: number, entry: SocketEntry): boolean {
  const firstColon = text.indexOf(colon, at);
  const digits = firstColon - at;
  if ((digits !== 8 && digits !== 32) || end - at < 2 * digits + 50) return false;
  const farAt = at + digits + 6;
  const stateAt = farAt + digits + 6;
  if (text[farAt + digits] !== colon || text[stateAt - 1] !== space) return false;
  const state = hexAt(text, stateAt);
  if (state < 0 || ((states >>> state) & 1) === 0) return false;
  // Behind the state come queues, timer and retransmissions, of fixed width.
  let [from, to] = nextWord(text, stateAt + 3 + 17 + 1 + 11 + 1 + 8, end);
  const userId = numberAt(text, from, to);
  [from, to] = nextWord(text, to, end);
  [from, to] = nextWord(text, to, end);
  const inode = numberAt(text, from, to);
  if (userId < 0 || inode < 0) return false;
  entry.state = state;
  entry.userId = userId;
  entry.inode = inode;
  const own = addressOf(text, at, digits);
  const far = addressOf(text, farAt, digits);
  if (own === undefined || far === undefined) return false;
  const isMapped = digits === 32 && isShort(own) && isShort(far) && (own.startsWith(mapped) || far.startsWith(mapped));
  entry.key = (isMapped ? own.slice(12) + far.slice(12) : own + far) + bytesAt(text, at + digits + 1, 2) + bytesAt(text, farAt + digits + 1, 2);
  return true;
}

const mapped = '\0\0\0\0\0\0\0\0\0\0\xff\xff';
const nothing = '\0'.repeat(16);
const isShort = (address: string): boolean => address.startsWith(mapped) || address === nothing;

/** Addresses are written as numbers of 32 bits in the order of this machine, the lowest byte first. */
function addressOf(text: Buffer, at: number, digits: number): string | undefined {
  let address = '';
  for (let word = at; word < at + digits; word += 8) {
    for (let byte = 6; byte >= 0; byte -= 2) {
      const value = hexAt(text, word + byte);
      if (value < 0) return undefined;
      address += String.fromCharCode(value);
    }
  }
  return address;
}

function bytesAt(text: Buffer, at: number, count: number): string {
  let bytes = '';
  for (let byte = 0; byte < count; byte += 1) bytes += String.fromCharCode(Math.max(0, hexAt(text, at + byte * 2)));
  return bytes;
}

function hexAt(text: Buffer, at: number): number {
  const high = hexDigit(text[at]);
  const low = hexDigit(text[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code & 0xdf;
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x37 : -1;
}

function nextWord(text: Buffer, at: number, end: number): [number, number] {
  let from = at;
  while (from < end && text[from] === space) from += 1;
  let to = from;
  while (to < end && text[to] !== space) to += 1;
  return [from, to];
}

/** -1 where it is no number of at most ten digits. */
function numberAt(text: Buffer, from: number, to: number): number {
  if (to <= from || to - from > 10) return -1;
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text[at]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
