/** Reads the headers of a packet that anybody may have made: bounded, without throwing, and only what the sensor asks for. */

export interface Packet {
  /** 1 ICMP, 6 TCP, 17 UDP, 58 ICMP for IPv6. */
  protocol: number;
  /** Sender and receiver with their ports, as bytes: see `endpointsOf`. For ICMP the ports are 0. */
  key: string;
  /** The same the other way round. */
  reversed: string;
  /** TCP flags; for ICMP its type. */
  flags: number;
  sequence: number;
  acknowledged: number;
  /** Where the payload begins in the packet. */
  payloadAt: number;
  /** By the headers; what was captured may be less. */
  payloadBytes: number;
  /** ICMP errors: the key of the packet that could not be delivered, and its protocol. */
  about?: { key: string; protocol: number };
}

export const flag = { fin: 0x01, syn: 0x02, reset: 0x04, acknowledged: 0x10 } as const;

/** Extension headers that are stepped over; more is nobody's honest packet. */
const mostExtensions = 4;
const ports = Buffer.alloc(4);

/** Undefined where the packet is cut, broken or of another protocol. */
export function readPacket(bytes: Buffer, lengthBytes: number): Packet | undefined {
  const length = Math.min(lengthBytes, bytes.length);
  const network = readNetwork(bytes, 0, length);
  if (network === undefined) return undefined;
  const { protocol, at, end } = network;
  if (protocol === 6) {
    if (at + 20 > length) return undefined;
    const headerBytes = (bytes[at + 12]! >> 4) * 4;
    if (headerBytes < 20) return undefined;
    return {
      protocol, ...keysOf(bytes, network, bytes.subarray(at, at + 4)), flags: bytes[at + 13]!, sequence: bytes.readUInt32BE(at + 4), acknowledged: bytes.readUInt32BE(at + 8),
      payloadAt: at + headerBytes, payloadBytes: Math.max(0, end - at - headerBytes),
    };
  }
  if (protocol === 17) {
    if (at + 8 > length) return undefined;
    return { protocol, ...keysOf(bytes, network, bytes.subarray(at, at + 4)), flags: 0, sequence: 0, acknowledged: 0, payloadAt: at + 8, payloadBytes: Math.max(0, Math.min(bytes.readUInt16BE(at + 4), end - at) - 8) };
  }
  if (protocol !== 1 && protocol !== 58) return undefined;
  if (at + 8 > length) return undefined;
  const packet: Packet = { protocol, ...keysOf(bytes, network, ports), flags: bytes[at]!, sequence: 0, acknowledged: 0, payloadAt: at + 8, payloadBytes: Math.max(0, end - at - 8) };
  if (packet.flags === (protocol === 1 ? 3 : 1)) {
    const inner = readNetwork(bytes, at + 8, length);
    if (inner !== undefined && (inner.protocol === 6 || inner.protocol === 17) && inner.at + 4 <= length) {
      packet.about = { protocol: inner.protocol, key: keysOf(bytes, inner, bytes.subarray(inner.at, inner.at + 4)).key };
    }
  }
  return packet;
}

interface Network {
  protocol: number;
  /** Of the sender's address; the receiver's follows it. */
  addressAt: number;
  addressBytes: 4 | 16;
  /** Of the header above. */
  at: number;
  /** Of the packet, by its header. */
  end: number;
}

function readNetwork(bytes: Buffer, from: number, length: number): Network | undefined {
  if (from + 20 > length) return undefined;
  const version = bytes[from]! >> 4;
  if (version === 4) {
    const headerBytes = (bytes[from]! & 0x0f) * 4;
    if (headerBytes < 20 || (bytes.readUInt16BE(from + 6) & 0x1fff) !== 0) return undefined;
    return { protocol: bytes[from + 9]!, addressAt: from + 12, addressBytes: 4, at: from + headerBytes, end: from + bytes.readUInt16BE(from + 2) };
  }
  if (version !== 6 || from + 40 > length) return undefined;
  let protocol = bytes[from + 6]!;
  let at = from + 40;
  for (let step = 0; protocol === 0 || protocol === 43 || protocol === 60; step += 1) {
    if (step === mostExtensions || at + 8 > length) return undefined;
    protocol = bytes[at]!;
    at += (bytes[at + 1]! + 1) * 8;
  }
  return { protocol, addressAt: from + 8, addressBytes: 16, at, end: from + 40 + bytes.readUInt16BE(from + 4) };
}

function keysOf(bytes: Buffer, { addressAt, addressBytes }: Network, portBytes: Buffer): { key: string; reversed: string } {
  const from = bytes.toString('latin1', addressAt, addressAt + addressBytes);
  const to = bytes.toString('latin1', addressAt + addressBytes, addressAt + 2 * addressBytes);
  const fromPort = portBytes.toString('latin1', 0, 2);
  const toPort = portBytes.toString('latin1', 2, 4);
  return { key: from + to + fromPort + toPort, reversed: to + from + toPort + fromPort };
}
