/** TCP connections: from the packets that begin and end them, and from the kernel's table of sockets, whichever knows first. */
import type { Listeners } from './listeners.ts';
import { endpointsOf, fromPortOf, receiverOf, reversedKey, toPortOf } from './endpoints.ts';
import type { Outbox } from './outbox.ts';
import { flag, type Packet } from './packet.ts';
import type { SocketEntry } from '../native/socket-diagnosis.ts';
import { tcpState } from './socket-table.ts';
import { rest, since, type Tracked } from './tracked.ts';

export interface Connections {
  onPacket(packet: Packet, isOutgoing: boolean, isLoopback: boolean, nowMs: number): void;
  /** An ICMP error came back for this. */
  onUnreachable(key: string, nowMs: number): void;
  /** A table begins; then each of its sockets; then its end, where what is missing has ended. */
  beginTable(): void;
  onSocket(entry: SocketEntry, nowMs: number): void;
  endTable(nowMs: number): void;
  /** What was asked and not answered. */
  look(nowMs: number): void;
  /** Keys of open ones, own end first, as the kernel is asked for them. */
  openOnes(): readonly string[];
  readonly size: number;
  /** How many beginnings were told as client and as server since the last time this was asked. */
  takeBegun(): { asClient: number; asServer: number };
}

/** A connection that nobody answered for so long is told as refused, whatever comes later: the far side of the earth answers sooner. */
const answerWithinMs = 500;
/** So many asked for at once go through a list: nobody waits for each of them. */
const manyAsked = 8;
const answerOfManyMs = 150;
/** What the table showed a moment before its packet was read is the same connection. */
const samePacketMs = 3_000;
/** Linux repeats a SYN for some two minutes; until then the same question is not told again. */
const rejectedKeptMs = 130_000;
/** Each is some 500 bytes. The last tenth is kept for those that begin now. */
const mostTracked = 12_000;
const mostFound = 10_800;
/** Less than this is told with the next, or at the end. */
const trafficBytes = 4_096;
const trafficEveryMs = 1_000;

export interface ConnectionsSettings {
  outbox: Outbox;
  listeners: Listeners;
  /** Ports that the kernel gives to clients. */
  isEphemeral(port: number): boolean;
  /** Bytes of an address (as in keys) that is ours. */
  isOwnAddress(address: string): boolean;
  /** Packets tell of beginnings and ends; else the table alone does. */
  hasPackets(): boolean;
  onOverflow(): void;
}

export function trackConnections({ outbox, listeners, isEphemeral, isOwnAddress, hasPackets, onOverflow }: ConnectionsSettings): Connections {
  const tracked = new Map<string, Tracked>();
  const asked = new Set<Tracked>();
  const rejected = new Set<Tracked>();
  let generation = 0;
  let begun = { asClient: 0, asServer: 0 };

  const track = (key: string, side: Tracked['side'], isLocal: boolean, nowMs: number): Tracked => {
    if (tracked.size >= mostTracked) {
      onOverflow();
      for (const oldest of tracked.values()) {
        forget(oldest);
        break;
      }
    }
    const connection: Tracked = {
      key, side, isLocal, state: 'asked', startMs: nowMs, clientFirst: -1, serverFirst: -1, clientTotal: -1, serverTotal: -1, clientTold: 0, serverTold: 0,
      packets: 0, generation, missing: 0, trafficMs: nowMs, inode: 0, userId: -1, affinity: receiverOf(key), owner: undefined, isOwn: false,
      isAccepted: side === 'server',
    };
    tracked.set(key, connection);
    if (isLocal || side === 'server') connection.listener = listeners.find(6, toPortOf(key));
    return connection;
  };
  const forget = (connection: Tracked): void => {
    tracked.delete(connection.key);
    asked.delete(connection);
    rejected.delete(connection);
  };
  const isOurs = (connection: Tracked): boolean => connection.isOwn || connection.listener?.isOwn === true;
  const askOwner = (connection: Tracked): void => {
    if (connection.side === 'client' && !isOurs(connection)) outbox.ask(connection, 6, connection.key);
  };
  const tell = (connection: Tracked, activity: 'open' | 'traffic' | 'close', action: 'accept' | 'reject', clientBytes: number, serverBytes: number, nowMs: number): void => {
    connection.clientTold += clientBytes;
    connection.serverTold += serverBytes;
    const { fromAddress, toAddress, toPort } = endpointsOf(connection.key);
    outbox.push({
      kind: 'network', timeMs: nowMs, clientAddress: fromAddress, serverAddress: toAddress, serverPort: toPort, protocol: 6, side: connection.side, action,
      clientSentBytes: clientBytes, serverSentBytes: serverBytes, packets: Math.max(1, connection.packets), startMs: connection.startMs, activity,
      ...(connection.isLocal && { isLocal: true }),
    }, connection);
    connection.packets = 0;
    if (activity === 'open') begun[connection.side === 'client' ? 'asClient' : 'asServer'] += 1;
  };
  const open = (connection: Tracked, nowMs: number): void => {
    asked.delete(connection);
    rejected.delete(connection);
    connection.state = 'open';
    if (connection.inode === 0 && connection.owner === undefined) askOwner(connection);
    tell(connection, 'open', 'accept', 0, 0, nowMs);
  };
  const keepSilent = (connection: Tracked, nowMs: number): void => {
    connection.state = 'rejected';
    connection.trafficMs = nowMs;
    rejected.add(connection);
  };
  const reject = (connection: Tracked, nowMs: number): void => {
    asked.delete(connection);
    keepSilent(connection, nowMs);
    tell(connection, 'open', 'reject', 0, 0, nowMs);
  };
  const close = (connection: Tracked, nowMs: number): void => {
    if (connection.state === 'open') tell(connection, 'close', 'accept', rest(connection.clientTotal, connection.clientTold), rest(connection.serverTotal, connection.serverTold), nowMs);
    forget(connection);
  };

  const onAsked = (packet: Packet, isOutgoing: boolean, isLoopback: boolean, nowMs: number): void => {
    const before = tracked.get(packet.key);
    const first = (packet.sequence + 1) >>> 0;
    if (before !== undefined) {
      if (before.clientFirst === first || (before.clientFirst < 0 && before.state === 'open' && nowMs - before.startMs < samePacketMs)) {
        before.clientFirst = first;
        before.packets += 1;
        return;
      }
      close(before, nowMs);
    }
    if (!isOutgoing || isLoopback) listeners.onEvidence(6, toPortOf(packet.key));
    const connection = track(packet.key, isOutgoing || isLoopback ? 'client' : 'server', isLoopback, nowMs);
    connection.clientFirst = first;
    connection.packets = 1;
    asked.add(connection);
    askOwner(connection);
  };
  const onAnswered = (packet: Packet, isOutgoing: boolean, isLoopback: boolean, nowMs: number): void => {
    const connection = tracked.get(packet.reversed) ?? track(packet.reversed, isOutgoing && !isLoopback ? 'server' : 'client', isLoopback, nowMs);
    connection.packets += 1;
    connection.clientFirst = packet.acknowledged;
    connection.serverFirst = (packet.sequence + 1) >>> 0;
    if (connection.state !== 'open') open(connection, nowMs);
  };
  const onEnd = (packet: Packet, nowMs: number): void => {
    const isOfClient = tracked.has(packet.key);
    const connection = tracked.get(packet.key) ?? tracked.get(packet.reversed);
    if (connection === undefined) return;
    connection.packets += 1;
    const isReset = (packet.flags & flag.reset) !== 0;
    if (isReset && connection.state !== 'open') {
      if (connection.state === 'asked' && !isOfClient) reject(connection, nowMs);
      else forget(connection);
      return;
    }
    const sent = packet.sequence + packet.payloadBytes;
    const received = (packet.flags & flag.acknowledged) === 0 ? -1 : packet.acknowledged;
    if (isOfClient) {
      connection.clientTotal = since(connection.clientFirst, sent);
      if (connection.serverTotal < 0) connection.serverTotal = isReset ? since(connection.serverFirst, received) : -1;
    } else {
      connection.serverTotal = since(connection.serverFirst, sent);
      if (connection.clientTotal < 0) connection.clientTotal = isReset ? since(connection.clientFirst, received) : -1;
    }
    if (isReset || (connection.clientTotal >= 0 && connection.serverTotal >= 0) || connection.clientFirst < 0) close(connection, nowMs);
  };

  return {
    get size() {
      return tracked.size;
    },
    takeBegun() {
      const taken = begun;
      begun = { asClient: 0, asServer: 0 };
      return taken;
    },
    onPacket(packet, isOutgoing, isLoopback, nowMs) {
      if ((packet.flags & (flag.fin | flag.reset)) !== 0) onEnd(packet, nowMs);
      else if ((packet.flags & flag.syn) === 0) return;
      else if ((packet.flags & flag.acknowledged) === 0) onAsked(packet, isOutgoing, isLoopback, nowMs);
      else onAnswered(packet, isOutgoing, isLoopback, nowMs);
    },
    onUnreachable(key, nowMs) {
      const connection = tracked.get(key);
      if (connection?.state === 'asked') reject(connection, nowMs);
    },
    beginTable() {
      generation += 1;
    },
    onSocket(entry, nowMs) {
      let known = tracked.get(entry.key);
      let isOwnEnd = known?.side === 'client';
      if (known === undefined) {
        const far = reversedKey(entry.key);
        known = tracked.get(far);
        isOwnEnd = known?.side === 'server';
        if (known === undefined) return onUnknown(entry, far, nowMs);
      }
      known.generation = generation;
      known.missing = 0;
      if (!isOwnEnd || isOurs(known)) return;
      if (known.state === 'asked' && entry.state !== tcpState.asking && !hasPackets()) open(known, nowMs);
      if (known.owner === undefined && known.side === 'client' && entry.inode !== 0 && known.inode !== entry.inode) adopt(known, entry);
      if (known.state === 'open' && entry.state !== tcpState.timeWait) onBytes(known, entry, nowMs);
    },
    endTable(nowMs) {
      for (const connection of tracked.values()) {
        if (connection.generation === generation || connection.state === 'rejected') continue;
        if (connection.startMs === nowMs || (hasPackets() && connection.state === 'asked')) continue;
        connection.missing += 1;
        // With packets the end comes by itself; what misses it twice was not heard.
        if (connection.missing < (hasPackets() ? 2 : 1)) continue;
        if (connection.state === 'asked') reject(connection, nowMs);
        else close(connection, nowMs);
      }
    },
    look(nowMs) {
      const patienceMs = asked.size > manyAsked ? answerOfManyMs : answerWithinMs;
      for (const connection of asked) {
        if (nowMs - connection.startMs < patienceMs) break;
        reject(connection, nowMs);
      }
      for (const connection of rejected) {
        if (nowMs - connection.trafficMs < rejectedKeptMs) break;
        forget(connection);
      }
    },
    openOnes() {
      const open: string[] = [];
      for (const connection of tracked.values()) {
        if (connection.state === 'open' && !isOurs(connection)) open.push(connection.side === 'client' ? connection.key : reversedKey(connection.key));
      }
      return open;
    },
  };

  function adopt(connection: Tracked, entry: SocketEntry): void {
    connection.inode = entry.inode;
    connection.userId = entry.userId;
    outbox.askOwner(connection);
  }
  function sideOf(ownKey: string): 'client' | 'server' {
    const own = fromPortOf(ownKey);
    if (listeners.isListening(6, own)) return 'server';
    return isEphemeral(toPortOf(ownKey)) && !isEphemeral(own) ? 'server' : 'client';
  }
  function begin(entry: SocketEntry, far: string, nowMs: number): Tracked | undefined {
    const addressLength = entry.key.length === 12 ? 4 : 16;
    const isLocal = isOwnAddress(entry.key.slice(addressLength, 2 * addressLength));
    const isServerEnd = sideOf(entry.key) === 'server';
    // Inside the task the client's end of it is in the table too, but for a trace: that is of the end that closed first.
    if (isLocal && isServerEnd && entry.state !== tcpState.timeWait) return undefined;
    return track(isServerEnd ? far : entry.key, isServerEnd && !isLocal ? 'server' : 'client', isLocal, nowMs);
  }
  function onUnknown(entry: SocketEntry, far: string, nowMs: number): void {
    if (entry.state === tcpState.timeWait && hasPackets()) return;
    if (tracked.size >= mostFound) return onOverflow();
    if (entry.state === tcpState.timeWait) onPassed(entry, far, nowMs);
    else onFound(entry, far, nowMs);
  }
  /** A connection that no packet told of. */
  function onFound(entry: SocketEntry, far: string, nowMs: number): void {
    const connection = begin(entry, far, nowMs);
    if (connection === undefined) return;
    if (!isOurs(connection) && entry.inode !== 0) adopt(connection, entry);
    if (entry.state === tcpState.asking) {
      asked.add(connection);
      return;
    }
    connection.state = 'open';
    tell(connection, 'open', 'accept', 0, 0, nowMs);
    if (!isOurs(connection)) onBytes(connection, entry, nowMs);
  }
  /** It began and ended between two looks, and left this trace for a minute. */
  function onPassed(entry: SocketEntry, far: string, nowMs: number): void {
    const connection = begin(entry, far, nowMs);
    if (connection === undefined) return;
    // What the first table shows ended before we began to look.
    if (generation > 1) tell(connection, 'open', 'accept', 0, 0, nowMs);
    if (generation > 1) tell(connection, 'close', 'accept', 0, 0, nowMs);
    // Kept while the trace stays, so that it is told once.
    keepSilent(connection, nowMs);
  }
  function onBytes(connection: Tracked, entry: SocketEntry, nowMs: number): void {
    if (entry.sentBytes < 0) return;
    // The kernel counts a client's acknowledged SYN as a byte.
    const client = connection.side === 'client' ? Math.max(0, entry.sentBytes - 1) : entry.receivedBytes;
    const server = connection.side === 'client' ? entry.receivedBytes : entry.sentBytes;
    const clientMore = Math.max(0, client - connection.clientTold);
    const serverMore = Math.max(0, server - connection.serverTold);
    const isFirst = connection.clientTold + connection.serverTold === 0;
    if (clientMore + serverMore === 0 || (!isFirst && (clientMore + serverMore < trafficBytes || nowMs - connection.trafficMs < trafficEveryMs))) return;
    connection.trafficMs = nowMs;
    tell(connection, 'traffic', 'accept', clientMore, serverMore, nowMs);
  }
}
