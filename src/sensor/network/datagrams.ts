/** Datagrams that leave: one beginning per program and far end a minute, with what followed; echo requests and their like too. */
import type { SensorContext } from '../part.ts';
import { PerSecond } from '../per-second.ts';
import { endpointsOf, fromPortOf, receiverOf } from './endpoints.ts';
import type { Listeners } from './listeners.ts';
import type { Outbox } from './outbox.ts';
import type { Owned } from './owners.ts';
import type { Packet } from './packet.ts';

export interface Datagrams {
  onPacket(packet: Packet, isLoopback: boolean, nowMs: number): void;
  /** A datagram could not be delivered. */
  onUnreachable(key: string, nowMs: number): void;
  look(nowMs: number): void;
  /** Of other datagrams one in so many is passed by the filter. */
  readonly sampling: number;
}

/** One pair of ends. Many of them may make one flow: a client takes another port for each question. */
interface Pair extends Owned {
  seenMs: number;
  flow: Flow | undefined;
}

/** A program and whom it sends to. */
interface Flow {
  /** Of its first datagram. */
  key: string;
  protocol: number;
  pair: Pair;
  side: 'client' | 'server';
  isLocal: boolean;
  startMs: number;
  trafficMs: number;
  bytes: number;
  packets: number;
  isOpened: boolean;
  isRefused: boolean;
}

const flowMs = 60_000;
const pairKeptMs = 60_000;
const trafficEveryMs = 1_000;
const trafficBytes = 4_096;
const mostPairs = 4_096;
const mostFlows = 2_048;
/** Fewer packets a second than this, and more of them are asked for again. */
const quietPackets = 40;
const mostSampling = 1_024;
const samplingStep = 8;

export function trackDatagrams(context: SensorContext, outbox: Outbox, listeners: Listeners, onSampling: (sampling: number) => void): Datagrams {
  const pairs = new Map<string, Pair>();
  const flows = new Map<string, Flow>();
  let sampling = 1;
  const passed = new PerSecond();

  const tell = (flow: Flow, activity: 'open' | 'traffic' | 'close', action: 'accept' | 'reject', nowMs: number): void => {
    const { fromAddress, toAddress, fromPort, toPort } = endpointsOf(flow.key);
    const isServer = flow.side === 'server';
    outbox.push({
      kind: 'network', timeMs: nowMs, clientAddress: isServer ? toAddress : fromAddress, serverAddress: isServer ? fromAddress : toAddress, serverPort: isServer ? fromPort : toPort,
      protocol: flow.protocol, side: flow.side, action, clientSentBytes: isServer ? 0 : flow.bytes, serverSentBytes: isServer ? flow.bytes : 0,
      packets: Math.max(1, flow.packets), startMs: flow.startMs, activity, ...(flow.isLocal && { isLocal: true }),
    }, flow.pair);
    flow.bytes = 0;
    flow.packets = 0;
    flow.trafficMs = nowMs;
  };
  const flowOf = (pair: Pair, packet: Packet, isServer: boolean, isLocal: boolean, nowMs: number): Flow => {
    // A client is one far end to a server, whatever its port.
    const far = isServer ? receiverOf(packet.key).slice(0, -2) : receiverOf(packet.key);
    const flowKey = `${packet.protocol}${isServer ? 's' : 'c'}${far}${pair.isOwn ? 'own' : ''}${pair.owner?.program.path ?? ''}\0${pair.owner?.program.name ?? ''}`;
    const known = flows.get(flowKey);
    if (known !== undefined && nowMs - known.startMs < flowMs) return known;
    if (known !== undefined) end(flowKey, known, nowMs);
    if (flows.size >= mostFlows) for (const [oldestKey, oldest] of flows) {
      end(oldestKey, oldest, nowMs);
      break;
    }
    const flow: Flow = {
      key: packet.key, protocol: packet.protocol, pair, side: isServer ? 'server' : 'client', isLocal, startMs: nowMs, trafficMs: nowMs, bytes: 0, packets: 0, isOpened: false, isRefused: false,
    };
    flows.set(flowKey, flow);
    return flow;
  };
  const end = (flowKey: string, flow: Flow, nowMs: number): void => {
    flows.delete(flowKey);
    if (flow.packets > 0) tell(flow, 'close', 'accept', nowMs);
  };

  const measure = (nowMs: number): void => {
    if (passed.add(nowMs) > 1) return;
    const limit = context.pace().datagramsPerSecond;
    const before = sampling;
    if (passed.before > limit && sampling < mostSampling) sampling *= samplingStep;
    else if (passed.before < quietPackets && sampling > 1) sampling /= samplingStep;
    if (sampling !== before) onSampling(sampling);
  };

  return {
    get sampling() {
      return sampling;
    },
    onPacket(packet, isLoopback, nowMs) {
      measure(nowMs);
      const { protocol } = packet;
      const pairKey = protocol === 17 ? packet.key : `${protocol}${packet.key}`;
      let pair = pairs.get(pairKey);
      const isServer = protocol === 17 && listeners.isListening(17, fromPortOf(packet.key));
      if (pair === undefined) {
        if (pairs.size >= mostPairs) pairs.delete(pairs.keys().next().value!);
        pair = { seenMs: nowMs, flow: undefined, inode: 0, userId: -1, affinity: `${protocol}${receiverOf(packet.key)}`, owner: undefined, isOwn: false };
        pairs.set(pairKey, pair);
        if (isServer) {
          pair.listener = listeners.find(17, fromPortOf(packet.key));
          pair.isAccepted = true;
        } else if (protocol === 17) {
          outbox.ask(pair, 17, packet.key);
          // Whose it is decides which flow it is of.
          outbox.flush();
        }
      }
      pair.seenMs = nowMs;
      if (pair.flow === undefined || nowMs - pair.flow.startMs >= flowMs) pair.flow = flowOf(pair, packet, isServer, isLoopback, nowMs);
      const flow = pair.flow;
      flow.bytes += packet.payloadBytes * sampling;
      flow.packets += sampling;
      if (!flow.isOpened) {
        flow.isOpened = true;
        tell(flow, 'open', 'accept', nowMs);
      } else if (flow.bytes >= trafficBytes && nowMs - flow.trafficMs >= trafficEveryMs) tell(flow, 'traffic', 'accept', nowMs);
    },
    onUnreachable(key, nowMs) {
      const flow = pairs.get(key)?.flow;
      if (flow === undefined || flow.isRefused) return;
      flow.isRefused = true;
      tell(flow, 'traffic', 'reject', nowMs);
    },
    look(nowMs) {
      for (const [key, flow] of flows) {
        if (nowMs - flow.startMs < flowMs) break;
        end(key, flow, nowMs);
      }
      for (const [key, pair] of pairs) {
        if (nowMs - pair.seenMs >= pairKeptMs) pairs.delete(key);
      }
    },
  };
}
