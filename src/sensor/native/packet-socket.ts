/** A packet socket that reads many packets in one call; which ones reach it is decided by a filter inside the kernel. */
import type { Native } from './index.ts';

/** One packet, from its IP header on. `bytes` is used again for the next one: whoever keeps something copies it. */
export type PacketVisitor = (bytes: Buffer, lengthBytes: number, isOutgoing: boolean, interfaceIndex: number) => void;

export interface PacketSocket {
  readonly descriptor: number;
  /** Reads what waits, at most `limit` packets; tells how many it read, and is told of packets alone, never of errors. */
  read(limit: number, visit: PacketVisitor): number;
  /** Packets that the kernel threw away because nobody read them, since the last time this was asked. */
  takeDropped(): number;
  /** Puts another filter in the place of the one before, without a gap. */
  setFilter(program: Buffer): boolean;
  close(): void;
}

const familyPacket = 17;
/** SOCK_DGRAM: the link's header is taken off; SOCK_NONBLOCK and SOCK_CLOEXEC. */
const typeOfSocket = 2 | 0o4000 | 0o2000000;
const everyProtocol = 0x0003;
const socketLevel = 1;
const attachFilter = 26;
const receiveBuffer = 8;
const packetLevel = 263;
const packetStatistics = 6;
const packetOutgoing = 4;
const packetHost = 0;

/** As many packets are read in one call. */
const batch = 32;
/** The longest name server answer that is looked at; what is longer is cut by the filter. */
const longestBytes = 2_048;
/** Room for bursts while nobody reads; the kernel grants what its limit allows, commonly some 400 KiB. */
const receiveBufferBytes = 2_097_152;
const messageHeaderBytes = 64;
const vectorBytes = 16;
const nameBytes = 24;

/** Bytes of a `struct sockaddr_ll` as the kernel is asked for. */
const addressBytes = 20;

/** `packetBytes`: what is read of a packet. Throws a sentence where the socket may not be opened (no CAP_NET_RAW) or the filter is refused. */
export function openPacketSocket(native: Native, program: Buffer, packetBytes: number = longestBytes): PacketSocket {
  const socket = native.bind('int socket(int domain, int type, int protocol)');
  const bind = native.bind('int bind(int fd, void *address, unsigned int length)');
  const setOption = native.bind('int setsockopt(int fd, int level, int name, void *value, unsigned int length)');
  const getOption = native.bind('int getsockopt(int fd, int level, int name, void *value, void *length)');
  const receive = native.bind('int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout)');
  const closeDescriptor = native.bind('int close(int fd)');
  // memmove of nothing answers with the address of its first argument.
  const addressOf = native.bind('size_t memmove(void *to, void *from, size_t count)');

  // Protocol 0: nothing arrives before the filter stands and the socket is bound.
  const descriptor = socket(familyPacket, typeOfSocket, 0);
  if (descriptor < 0) throw new Error(`a packet socket is refused (errno ${native.errno()}): the capability NET_RAW is missing`);

  const setFilter = (next: Buffer): boolean => {
    const filter = Buffer.alloc(16);
    filter.writeUInt16LE(next.length / 8, 0);
    filter.writeBigUInt64LE(BigInt(addressOf(next, next, 0)), 8);
    return setOption(descriptor, socketLevel, attachFilter, filter, filter.length) === 0;
  };
  const address = Buffer.alloc(addressBytes);
  address.writeUInt16LE(familyPacket, 0);
  address.writeUInt16BE(everyProtocol, 2);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(receiveBufferBytes, 0);
  setOption(descriptor, socketLevel, receiveBuffer, size, 4);
  if (!setFilter(program) || bind(descriptor, address, address.length) !== 0) {
    const reason = native.errno();
    closeDescriptor(descriptor);
    throw new Error(`the filter of the packet socket is refused (errno ${reason})`);
  }

  // allocUnsafeSlow: memory of its own, which stays where it is as long as it is referred to.
  const headers = Buffer.allocUnsafeSlow(batch * (messageHeaderBytes + vectorBytes + nameBytes)).fill(0);
  const packets = Buffer.allocUnsafeSlow(batch * packetBytes);
  const slots = Array.from({ length: batch }, (_, at) => packets.subarray(at * packetBytes, (at + 1) * packetBytes));
  const vectorsAt = batch * messageHeaderBytes;
  const namesAt = vectorsAt + batch * vectorBytes;
  const headersAddress = addressOf(headers, headers, 0);
  const packetsAddress = addressOf(packets, packets, 0);
  for (let at = 0; at < batch; at += 1) {
    const header = at * messageHeaderBytes;
    const vector = vectorsAt + at * vectorBytes;
    headers.writeBigUInt64LE(BigInt(headersAddress + namesAt + at * nameBytes), header);
    headers.writeUInt32LE(addressBytes, header + 8);
    headers.writeBigUInt64LE(BigInt(headersAddress + vector), header + 16);
    headers.writeBigUInt64LE(1n, header + 24);
    headers.writeBigUInt64LE(BigInt(packetsAddress + at * packetBytes), vector);
    headers.writeBigUInt64LE(BigInt(packetBytes), vector + 8);
  }
  const statistics = Buffer.alloc(8);
  const statisticsSize = Buffer.alloc(4);

  return {
    descriptor,
    setFilter,
    read(limit, visit) {
      let total = 0;
      while (total < limit) {
        const wanted = Math.min(batch, limit - total);
        const received = receive(descriptor, headers, wanted, 0, null);
        if (received <= 0) break;
        for (let at = 0; at < received; at += 1) {
          const header = at * messageHeaderBytes;
          const name = namesAt + at * nameBytes;
          headers.writeUInt32LE(addressBytes, header + 8);
          const direction = headers[name + 10];
          if (direction !== packetOutgoing && direction !== packetHost) continue;
          visit(slots[at]!, headers.readUInt32LE(header + 56), direction === packetOutgoing, headers.readInt32LE(name + 4));
        }
        total += received;
        if (received < wanted) break;
      }
      return total;
    },
    takeDropped() {
      statisticsSize.writeUInt32LE(8, 0);
      return getOption(descriptor, packetLevel, packetStatistics, statistics, statisticsSize) === 0 ? statistics.readUInt32LE(4) : 0;
    },
    close: () => void closeDescriptor(descriptor),
  };
}
