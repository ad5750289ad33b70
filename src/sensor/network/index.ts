/** The part of the sensor that looks at the network: who listens, who talks to whom, what names are asked for. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { isOtherPeriod } from '../pace.ts';
import type { SensorContext, SensorPart } from '../part.ts';
import type { Native } from '../native/index.ts';
import { openPacketSocket, type PacketSocket } from '../native/packet-socket.ts';
import { openSocketDiagnosis } from '../native/socket-diagnosis.ts';
import { readConnectionCounts, type ConnectionCounts } from './connection-counters.ts';
import { trackConnections } from './connections.ts';
import { trackDatagrams } from './datagrams.ts';
import { addressBytesOf, fromPortOf, toPortOf } from './endpoints.ts';
import { openFileSystemUser } from './file-system-user.ts';
import { watchListeners } from './listeners.ts';
import { namePort, watchNameLookups } from './name-lookups.ts';
import { makeOutbox } from './outbox.ts';
import { makeLosses } from './losses.ts';
import { socketOwners } from './owners.ts';
import { readPacket } from './packet.ts';
import { packetBell, packetFilter } from './packet-filter.ts';
import { packetReader } from './packet-reader.ts';
import { connectedStates, procSocketTable, tcpState, type SocketTable } from './socket-table.ts';
import { networkWays, whyNoTimeWait } from './ways.ts';

/** Which ways are left out though they are there: for measuring one against another. */
export interface NetworkSettings {
  without?: readonly ('packet-socket' | 'socket-diagnosis')[];
}

const loopbackInterface = 1;
/** What rings is cut to a byte. */
const bellBytes = 16;
/** A new process may listen soon after it began. */
const listenersAfterNewProcessMs = 60;
/** Up to so many open connections are asked for one by one; a table costs a millisecond even when it is empty. */
const mostAskedEach = 48;
/** A look at the table may use this part of the time: one hundredth. */
const tableShare = 100;
const slowestTableMs = 30_000;
/** A beat that comes a moment sooner than the last is no reason to wait for the next. */
const earlyMs = 20;
const countersEveryMs = 1_000;
const addressesEveryMs = 30_000;
/** At the start everything is asked for, once; where there is more, it may not hold up the rest for longer than some 100 ms. */
const allowanceAtStart = 20_000;

export function networkPart(context: SensorContext, { without = [] }: NetworkSettings = {}): SensorPart {
  const netPath = `${context.procPath}/net`;
  const reasons = new Map<string, string>();
  let packets: { socket: PacketSocket; bell: PacketSocket } | undefined;
  let table: SocketTable = procSocketTable(netPath);
  let isDiagnosing = false;
  let running: ReturnType<typeof run> | undefined;

  const open = (): void => {
    const { native } = context;
    const attempt = <Opened>(name: 'packet-socket' | 'socket-diagnosis', opening: () => Opened): Opened | undefined => {
      try {
        if (without.includes(name) || context.without?.has(name) === true) throw new Error('it is switched off');
        if (native === undefined) throw new Error('the foreign-function library is not there');
        return opening();
      } catch (error) {
        reasons.set(name, (error as Error).message);
        return undefined;
      }
    };
    packets = attempt('packet-socket', () => openPackets(native!));
    const diagnosis = attempt('socket-diagnosis', () => openSocketDiagnosis(native!));
    isDiagnosing = diagnosis !== undefined;
    table = diagnosis ?? table;
  };

  return {
    name: 'network',
    ways: () => networkWays({
      hasPackets: packets !== undefined, isDiagnosing, readsOthers: running?.readsOthers() !== false,
      hasCounters: readConnectionCounts(netPath) !== undefined, whyNoTimeWait: whyNoTimeWait(context.procPath, table), reasons,
    }),
    start() {
      if (running !== undefined) return;
      open();
      running = run(context, netPath, packets, table);
    },
    look: (nowMs) => running?.look(nowMs),
    stop() {
      running?.stop();
      running = undefined;
      packets?.socket.close();
      packets?.bell.close();
      packets = undefined;
      table.close();
    },
  };
}

/** The bell is there first, so that what rings can be read. */
function openPackets(native: Native): { socket: PacketSocket; bell: PacketSocket } {
  const bell = openPacketSocket(native, packetBell(1), bellBytes);
  try {
    return { bell, socket: openPacketSocket(native, packetFilter(1)) };
  } catch (error) {
    bell.close();
    throw error;
  }
}

function run(context: SensorContext, netPath: string, packets: { socket: PacketSocket; bell: PacketSocket } | undefined, table: SocketTable) {
  const losses = makeLosses(context);
  const owners = socketOwners(context, openFileSystemUser(context.native));
  const outbox = makeOutbox(context, table, owners, (count) => losses.add('more happened on the network than is told', count));
  const isEphemeral = ephemeralPorts(context.procPath);
  const listeners = watchListeners(context, table, outbox, isEphemeral);
  let ownAddresses = addressesHere();
  const connections = trackConnections({
    outbox, listeners, isEphemeral,
    isOwnAddress: (address) => ownAddresses.has(address) || (address.length === 4 && address.charCodeAt(0) === 127),
    hasPackets: () => packets !== undefined,
    onOverflow: () => losses.add('more connections are open than are followed', 1),
  });
  const names = watchNameLookups(outbox);
  const datagrams = trackDatagrams(context, outbox, listeners, (sampling) => {
    packets?.socket.setFilter(packetFilter(sampling));
    packets?.bell.setFilter(packetBell(sampling));
    if (sampling > 1) losses.add(`so many datagrams leave that one in ${sampling} is looked at`, 1);
  });
  const reader = packets && packetReader(context, packets, (bytes, lengthBytes, isOutgoing, interfaceIndex, nowMs) => {
    const packet = readPacket(bytes, lengthBytes);
    if (packet === undefined) return;
    const isLoopback = interfaceIndex === loopbackInterface;
    if (packet.protocol === 6) connections.onPacket(packet, isOutgoing, isLoopback, nowMs);
    else if (packet.protocol === 17 && (fromPortOf(packet.key) === namePort || toPortOf(packet.key) === namePort)) names.onPacket(packet, bytes, lengthBytes, isOutgoing, nowMs);
    else if (packet.about !== undefined) (packet.about.protocol === 6 ? connections : datagrams).onUnreachable(packet.about.key, nowMs);
    else if (isOutgoing) datagrams.onPacket(packet, isLoopback, nowMs);
  }, () => outbox.flush());

  const last = { listeners: 0, traffic: 0, counters: 0, addresses: 0 };
  let tableDueMs = 0;
  let newestPid = 0;
  let newProcessMs = 0;
  let counts: ConnectionCounts | undefined;

  const readTable = (nowMs: number): void => {
    const before = process.cpuUsage();
    connections.beginTable();
    const states = connectedStates | (packets === undefined ? 1 << tcpState.timeWait : 0);
    let isComplete = true;
    for (const family of [2, 10] as const) isComplete = table.dump({ family, protocol: 6, states, hasBytes: true }, (entry) => connections.onSocket(entry, nowMs)) && isComplete;
    if (isComplete) connections.endTable(nowMs);
    const { user, system } = process.cpuUsage(before);
    const pace = context.pace();
    const everyMs = packets === undefined ? pace.packetlessSockets : connections.size > mostAskedEach ? pace.traffic : pace.sockets;
    tableDueMs = nowMs + Math.min(slowestTableMs, Math.max(everyMs - earlyMs, ((user + system) / 1_000) * tableShare));
  };
  const readTraffic = (nowMs: number): void => {
    if (connections.size > mostAskedEach || packets === undefined) return;
    for (const ownKey of connections.openOnes()) {
      const socket = table.find(6, ownKey, true);
      if (socket !== undefined) connections.onSocket(socket, nowMs);
    }
  };
  const readCounters = (): void => {
    const dropped = packets?.socket.takeDropped() ?? 0;
    if (dropped > 0) losses.add('packets that begin or end connections came faster than they were read', dropped);
    if (packets !== undefined) return;
    const now = readConnectionCounts(netPath);
    const { asClient, asServer } = connections.takeBegun();
    if (now !== undefined && counts !== undefined) {
      // A connection inside the task is told once and counted on both sides.
      const missed = Math.max(0, now.activeOpens - counts.activeOpens - asClient) + Math.max(0, now.passiveOpens - counts.passiveOpens - asServer - asClient);
      if (missed > 0) losses.add('connections began and ended between two looks', missed);
    }
    counts = now;
  };

  listeners.look(context.now());
  outbox.flush(allowanceAtStart);
  readTable(context.now());
  outbox.flush(allowanceAtStart);
  counts = readConnectionCounts(netPath);
  connections.takeBegun();
  reader?.begin();

  return {
    readsOthers: () => owners.readsOthers(),
    look(nowMs: number): void {
      const pid = firstOf(context.processes.newest(1))?.pid ?? 0;
      if (pid !== newestPid) {
        newestPid = pid;
        newProcessMs = nowMs;
      }
      const isSoon = newProcessMs > 0 && nowMs - newProcessMs >= listenersAfterNewProcessMs;
      const isDue = (what: keyof typeof last, everyMs: number): boolean => {
        if (!isOtherPeriod(last[what], nowMs, everyMs)) return false;
        last[what] = nowMs;
        return true;
      };
      const pace = context.pace();
      if (isDue('listeners', pace.listeners) || isSoon) {
        newProcessMs = 0;
        listeners.look(nowMs);
      }
      // What waits was before the table.
      reader?.drain();
      if (nowMs >= tableDueMs) readTable(nowMs);
      if (isDue('traffic', pace.traffic)) readTraffic(nowMs);
      connections.look(nowMs);
      names.look(nowMs);
      datagrams.look(nowMs);
      if (isDue('counters', countersEveryMs)) {
        readCounters();
        losses.look(nowMs);
      }
      if (isDue('addresses', addressesEveryMs)) ownAddresses = addressesHere();
      outbox.flush();
    },
    stop(): void {
      reader?.end();
    },
  };
}

const firstOf = <Item>(items: Iterable<Item>): Item | undefined => {
  for (const item of items) return item;
  return undefined;
};

/** Addresses of this namespace, as in keys. */
function addressesHere(): Set<string> {
  const addresses = new Set(['\x7f\0\0\x01', `${'\0'.repeat(15)}\x01`]);
  for (const entries of Object.values(networkInterfaces())) {
    for (const { address } of entries ?? []) addresses.add(addressBytesOf(address));
  }
  return addresses;
}

/** From which ports the kernel chooses for clients; Linux's default where it does not say. */
function ephemeralPorts(procPath: string): (port: number) => boolean {
  let from = 32_768;
  let to = 60_999;
  try {
    const [low, high] = readFileSync(`${procPath}/sys/net/ipv4/ip_local_port_range`, 'latin1').trim().split(/\s+/).map(Number);
    if (low !== undefined && high !== undefined && low > 0 && high >= low) [from, to] = [low, high];
  } catch {
    // The default then.
  }
  return (port) => port >= from && port <= to;
}
