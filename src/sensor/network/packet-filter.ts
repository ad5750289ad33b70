/** The filter that the kernel runs over every packet: beginnings and ends of connections, name look-ups, what goes out otherwise. */

/** `[code, k]`, or for jumps `[code, k, label if true, label if false]`; a string names the instruction that follows. */
type Line = string | [code: number, k: number] | [code: number, k: number, isTrue: string, isFalse: string];

const loadWord = 0x20;
const loadHalf = 0x28;
const loadByte = 0x30;
const loadHalfIndexed = 0x48;
const loadByteIndexed = 0x50;
/** X = 4 × the low four bits of a byte: the length of an IPv4 header. */
const loadHeaderLength = 0xb1;
const jumpEqual = 0x15;
const jumpGreaterOrEqual = 0x35;
const jumpSet = 0x45;
const and = 0x54;
const giveBack = 0x06;

/** What the kernel knows of a packet besides its bytes lies at these offsets. */
const ancillary = 0xfffff000;
const etherProtocol = ancillary;
const packetType = ancillary + 4;
const interfaceIndex = ancillary + 8;
const random = ancillary + 56;

const outgoing = 4;
/** The loopback interface is the first of every network namespace. */
const loopback = 1;
/** Longest headers that matter: IPv6 with extensions, or an ICMP error with what it answers. */
const headerBytes = 160;
const nameMessageBytes = 2_048;
const finSynReset = 0x07;
const syn = 0x02;
const synAcknowledged = 0x12;
const fragmentOffset = 0x1fff;

/** Of what need not be looked at at once one packet in so many rings, a power of two: a burst rings before it fills its room. */
const ringsOf = 16;

/** Endings of the filter whose packets are read. */
const taken: readonly Line[] = [
  'connection', 'datagram', 'header', [giveBack, headerBytes],
  'name', [giveBack, nameMessageBytes],
];

/** Endings of the filter whose packets only ring: whose a connection or a question is can be asked while its socket is open. */
const rung: readonly Line[] = [
  'connection', [and, synAcknowledged], [jumpEqual, syn, 'name', 'header'],
  'name', [loadWord, packetType], [jumpEqual, outgoing, 'datagram', 'header'],
  'header', [loadWord, random], [jumpSet, ringsOf - 1, 'drop', 'datagram'],
  'datagram', [giveBack, 1],
];

/** `sampling`: of other UDP one packet in so many is passed, a power of two; 1 passes all. */
export function packetFilter(sampling: number): Buffer {
  return assemble([...sorted(sampling), ...taken, 'drop', [giveBack, 0]]);
}

/** Passes, cut to a byte, what is to be read at once: what begins here, and of all else a few. */
export function packetBell(sampling: number): Buffer {
  return assemble([...sorted(sampling), ...rung, 'drop', [giveBack, 0]]);
}

/** Leads each packet to an ending: `connection`, `name`, `datagram`, `header` for the rest that matters, or `drop`. */
function sorted(sampling: number): readonly Line[] {
  return [
    // A packet on loopback is seen as it leaves and as it arrives; the second is dropped.
    [loadWord, interfaceIndex], [jumpEqual, loopback, 'loopback', 'begin'],
    'loopback', [loadWord, packetType], [jumpEqual, outgoing, 'begin', 'drop'],
    'begin', [loadWord, etherProtocol], [jumpEqual, 0x0800, 'v4', 'not-v4'],
    'not-v4', [jumpEqual, 0x86dd, 'v6', 'drop'],

    'v4', [loadHalf, 6], [jumpSet, fragmentOffset, 'drop', 'whole'],
    'whole', [loadHeaderLength, 0], [loadByte, 9], [jumpEqual, 6, 'tcp4', 'not-tcp4'],
    'not-tcp4', [jumpEqual, 17, 'udp4', 'not-udp4'],
    'not-udp4', [jumpEqual, 1, 'icmp4', 'drop'],
    'tcp4', [loadByteIndexed, 13], [jumpSet, finSynReset, 'connection', 'drop'],
    'udp4', [loadHalfIndexed, 0], [jumpEqual, 53, 'name', 'to4'],
    'to4', [loadHalfIndexed, 2], [jumpEqual, 53, 'name', 'udp'],
    'icmp4', [loadByteIndexed, 0], [jumpEqual, 3, 'header', 'icmp'],

    // Of what has extension headers the rest is read by the parser.
    'v6', [loadByte, 6], [jumpEqual, 6, 'tcp6', 'not-tcp6'],
    'not-tcp6', [jumpEqual, 17, 'udp6', 'not-udp6'],
    'not-udp6', [jumpEqual, 58, 'icmp6', 'not-icmp6'],
    'not-icmp6', [jumpEqual, 0, 'header', 'not-hop'],
    'not-hop', [jumpEqual, 43, 'header', 'not-route'],
    'not-route', [jumpEqual, 60, 'header', 'drop'],
    'tcp6', [loadByte, 53], [jumpSet, finSynReset, 'connection', 'drop'],
    'udp6', [loadHalf, 40], [jumpEqual, 53, 'name', 'to6'],
    'to6', [loadHalf, 42], [jumpEqual, 53, 'name', 'udp'],
    // From 130 on it is the neighbours' talk among themselves.
    'icmp6', [loadByte, 40], [jumpGreaterOrEqual, 130, 'drop', 'not-neighbour'],
    'not-neighbour', [jumpEqual, 1, 'header', 'icmp'],

    'icmp', [loadWord, packetType], [jumpEqual, outgoing, 'header', 'drop'],
    'udp', [loadWord, packetType], [jumpEqual, outgoing, 'sample', 'drop'],
    'sample', [loadWord, random], [jumpSet, sampling - 1, 'drop', 'datagram'],
  ];
}

function assemble(lines: readonly Line[]): Buffer {
  const places = new Map<string, number>();
  let count = 0;
  for (const line of lines) {
    if (typeof line === 'string') places.set(line, count);
    else count += 1;
  }
  const program = Buffer.allocUnsafeSlow(count * 8);
  let at = 0;
  for (const line of lines) {
    if (typeof line === 'string') continue;
    const [code, k, isTrue, isFalse] = line;
    program.writeUInt16LE(code, at * 8);
    program.writeUInt8(isTrue === undefined ? 0 : places.get(isTrue)! - at - 1, at * 8 + 2);
    program.writeUInt8(isFalse === undefined ? 0 : places.get(isFalse)! - at - 1, at * 8 + 3);
    program.writeUInt32LE(k, at * 8 + 4);
    at += 1;
  }
  return program;
}
