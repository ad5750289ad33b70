/** Asks the kernel for its sockets (NETLINK_SOCK_DIAG): all of a kind, or one by its ends; without the text of `/proc/net`. */
import type { Native } from './index.ts';

/** A socket; the same object is used for the next one. */
export interface SocketEntry {
  /** TCP state (1 established, 2 SYN sent, 6 TIME_WAIT, 7 closed or unconnected UDP, 10 listening). */
  state: number;
  /** Own end first: see `network/endpoints.ts`. */
  key: string;
  userId: number;
  /** 0 where no process holds it (any more, or not yet). */
  inode: number;
  /** Acknowledged by the far side, and received from it, since the connection began; -1 where not known. */
  sentBytes: number;
  receivedBytes: number;
  packets: number;
}

export interface DumpQuery {
  family: 2 | 10;
  protocol: 6 | 17;
  /** Bits of states. */
  states: number;
  hasBytes: boolean;
}

export interface SocketDiagnosis {
  /** Tells all sockets of a kind; false where the kernel refused or was interrupted. */
  dump(query: DumpQuery, visit: (entry: SocketEntry) => void): boolean;
  /** The socket that has these ends, own end first. */
  find(protocol: 6 | 17, key: string, hasBytes: boolean): SocketEntry | undefined;
  close(): void;
}

const familyNetlink = 16;
const rawSocket = 3 | 0o4000 | 0o2000000;
const socketDiagnosisProtocol = 4;
const byFamily = 20;
const isRequest = 0x1;
const isDump = 0x300;
const messageDone = 3;
const messageError = 2;
const requestBytes = 72;
const headerBytes = 16;
const socketBytes = 72;
const infoAttribute = 2;
/** Where a `struct tcp_info` has bytes acknowledged and received (since Linux 4.1), segments out and in (4.2). */
const acknowledgedAt = 120;
const receivedAt = 128;
const segmentsAt = 136;
/** The kernel fills at most so much in one message of a dump. */
const answerBytes = 65_536;
const receiveBuffer = 8;

/** Throws a sentence where the kernel has no such family or does not answer. */
export function openSocketDiagnosis(native: Native): SocketDiagnosis {
  const socket = native.bind('int socket(int domain, int type, int protocol)');
  const send = native.bind('long send(int fd, void *bytes, size_t count, int flags)');
  const receive = native.bind('long recv(int fd, void *bytes, size_t count, int flags)');
  const setOption = native.bind('int setsockopt(int fd, int level, int name, void *value, unsigned int length)');
  const closeDescriptor = native.bind('int close(int fd)');
  const descriptor = socket(familyNetlink, rawSocket, socketDiagnosisProtocol);
  if (descriptor < 0) throw new Error(`socket diagnosis is refused (errno ${native.errno()})`);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(4 * answerBytes, 0);
  setOption(descriptor, 1, receiveBuffer, size, 4);

  const request = Buffer.alloc(requestBytes);
  const answer = Buffer.allocUnsafeSlow(answerBytes);
  const entry: SocketEntry = { state: 0, key: '', userId: 0, inode: 0, sentBytes: -1, receivedBytes: -1, packets: 0 };
  let sequence = 0;

  const ask = (family: number, protocol: number, states: number, hasBytes: boolean, flags: number): boolean => {
    sequence = (sequence + 1) >>> 0;
    request.writeUInt32LE(requestBytes, 0);
    request.writeUInt16LE(byFamily, 4);
    request.writeUInt16LE(flags, 6);
    request.writeUInt32LE(sequence, 8);
    request[16] = family;
    request[17] = protocol;
    request[18] = hasBytes ? 1 << (infoAttribute - 1) : 0;
    request.writeUInt32LE(states >>> 0, 20);
    return send(descriptor, request, requestBytes, 0) === requestBytes;
  };
  /** Dumps are made while they are read, in this thread: the next answer is always there already. */
  const readAnswer = (visit: (entry: SocketEntry) => void): 'more' | 'done' | 'failed' => {
    const length = receive(descriptor, answer, answerBytes, 0);
    return length <= 0 ? 'failed' : readSocketMessages(answer, length, sequence, entry, visit);
  };

  const diagnosis: SocketDiagnosis = {
    dump({ family, protocol, states, hasBytes }, visit) {
      request.fill(0, 24);
      if (!ask(family, protocol, states, hasBytes, isRequest | isDump)) return false;
      for (;;) {
        const state = readAnswer(visit);
        if (state !== 'more') return state === 'done';
      }
    },
    find(protocol, key, hasBytes) {
      const addressLength = key.length === 12 ? 4 : 16;
      // Of datagram sockets the kernel, for historical reasons, takes the two ends the other way round.
      const [ownAddressAt, farAddressAt, ownPortAt, farPortAt] = protocol === 6 ? [28, 44, 24, 26] : [44, 28, 26, 24];
      request.fill(0, 24);
      request.write(key.slice(-4, -2), ownPortAt, 2, 'latin1');
      request.write(key.slice(-2), farPortAt, 2, 'latin1');
      request.write(key.slice(0, addressLength), ownAddressAt, addressLength, 'latin1');
      request.write(key.slice(addressLength, 2 * addressLength), farAddressAt, addressLength, 'latin1');
      // No cookie: any socket with these ends.
      request.fill(0xff, 64, 72);
      if (!ask(addressLength === 4 ? 2 : 10, protocol, 0xffffffff, hasBytes, isRequest)) return undefined;
      let isFound = false;
      readAnswer(() => { isFound = true; });
      // Where no client has these ends, the kernel may answer with who listens there.
      return isFound && entry.key.slice(-4, -2) === key.slice(-4, -2) && (protocol === 17 || entry.state !== 10) ? entry : undefined;
    },
    close: () => void closeDescriptor(descriptor),
  };
  if (!diagnosis.dump({ family: 2, protocol: 6, states: 1 << 10, hasBytes: false }, () => {})) {
    closeDescriptor(descriptor);
    throw new Error('the kernel does not answer to socket diagnosis');
  }
  return diagnosis;
}

/** Walks netlink messages: exported to be fed with broken ones. Fills `entry` and visits it for each socket of this question. */
export function readSocketMessages(bytes: Buffer, length: number, sequence: number, entry: SocketEntry, visit: (entry: SocketEntry) => void): 'more' | 'done' | 'failed' {
  const end = Math.min(length, bytes.length);
  for (let at = 0; at + headerBytes <= end;) {
    const messageBytes = bytes.readUInt32LE(at);
    if (messageBytes < headerBytes || at + messageBytes > end) return 'failed';
    const type = bytes.readUInt16LE(at + 4);
    if (bytes.readUInt32LE(at + 8) === sequence) {
      if (type === messageDone) return 'done';
      if (type === messageError) return 'failed';
      if (type === byFamily && messageBytes >= headerBytes + socketBytes) {
        readSocket(bytes, at + headerBytes, at + messageBytes, entry);
        visit(entry);
      }
    }
    at += (messageBytes + 3) & ~3;
  }
  return 'more';
}

function readSocket(bytes: Buffer, at: number, end: number, entry: SocketEntry): void {
  entry.state = bytes[at + 1]!;
  const isShort = bytes[at] === 2;
  const isMapped = !isShort && isMappedOrNothing(bytes, at + 8) && isMappedOrNothing(bytes, at + 24) && (bytes.readUInt32LE(at + 16) !== 0 || bytes.readUInt32LE(at + 32) !== 0);
  const skip = isMapped ? 12 : 0;
  const length = isShort || isMapped ? 4 : 16;
  entry.key = bytes.toString('latin1', at + 8 + skip, at + 8 + skip + length) + bytes.toString('latin1', at + 24 + skip, at + 24 + skip + length) + bytes.toString('latin1', at + 4, at + 8);
  entry.userId = bytes.readUInt32LE(at + 64);
  entry.inode = bytes.readUInt32LE(at + 68);
  entry.sentBytes = -1;
  entry.receivedBytes = -1;
  entry.packets = 0;
  for (let attribute = at + socketBytes; attribute + 4 <= end;) {
    const attributeBytes = bytes.readUInt16LE(attribute);
    if (attributeBytes < 4 || attribute + attributeBytes > end) return;
    if (bytes.readUInt16LE(attribute + 2) === infoAttribute && attributeBytes >= 4 + receivedAt + 8) {
      const info = attribute + 4;
      entry.sentBytes = bytes.readUInt32LE(info + acknowledgedAt) + bytes.readUInt32LE(info + acknowledgedAt + 4) * 4_294_967_296;
      entry.receivedBytes = bytes.readUInt32LE(info + receivedAt) + bytes.readUInt32LE(info + receivedAt + 4) * 4_294_967_296;
      if (attributeBytes >= 4 + segmentsAt + 8) entry.packets = bytes.readUInt32LE(info + segmentsAt) + bytes.readUInt32LE(info + segmentsAt + 4);
      return;
    }
    attribute += (attributeBytes + 3) & ~3;
  }
}

/** `::ffff:a.b.c.d`, or all zero: the far end of an IPv4 socket that has none. */
function isMappedOrNothing(bytes: Buffer, at: number): boolean {
  if (bytes.readUInt32LE(at) !== 0 || bytes.readUInt32LE(at + 4) !== 0) return false;
  const third = bytes.readUInt32LE(at + 8);
  return third === 0xffff0000 || (third === 0 && bytes.readUInt32LE(at + 12) === 0);
}
