/** Sockets that wait for others: who listens where, and since when no more. */
import type { SensorContext } from '../part.ts';
import { addressText, fromPortOf } from './endpoints.ts';
import type { Outbox } from './outbox.ts';
import type { Owned } from './owners.ts';
import { listeningStates, tcpState, type SocketTable } from './socket-table.ts';

export interface Listener extends Owned {
  protocol: 6 | 17;
  address: string;
  port: number;
  generation: number;
}

export interface Listeners {
  look(nowMs: number): void;
  /** Somebody connects to a port: if nobody is known to listen there, it is looked for at once. */
  onEvidence(protocol: 6 | 17, port: number): void;
  find(protocol: 6 | 17, port: number): Listener | undefined;
  isListening(protocol: 6 | 17, port: number): boolean;
  /** The port is one of ours. */
  isOwn(port: number): boolean;
}

/** A stranger who knocks at closed ports makes us look no oftener. */
const evidenceEveryMs = 40;
/** A flood of listeners is followed no further. */
const mostKept = 4_096;

export function watchListeners(context: SensorContext, table: SocketTable, outbox: Outbox, isEphemeral: (port: number) => boolean): Listeners {
  const listeners = new Map<string, Listener>();
  const byPort = new Map<string, Listener[]>();
  let generation = 0;
  let looks = 0;
  let evidenceMs = 0;

  const portKey = (protocol: number, port: number): string => `${protocol}:${port}`;
  const others = (listener: Listener): Listener[] => (byPort.get(portKey(listener.protocol, listener.port)) ?? []).filter((other) => other !== listener && other.address === listener.address);

  const tell = (activity: 'listen' | 'close', listener: Listener, nowMs: number): void => {
    const localAddress = addressText(listener.address, 0, listener.address.length);
    outbox.push({ kind: 'socket', timeMs: nowMs, activity, localAddress, localPort: listener.port, protocol: listener.protocol, userId: listener.userId }, listener);
  };
  const lookAt = (protocol: 6 | 17, family: 2 | 10, fresh: Listener[]): boolean =>
    table.dump({ family, protocol, states: protocol === 6 ? listeningStates : 1 << tcpState.closed, hasBytes: false }, (entry) => {
      const port = fromPortOf(entry.key);
      // A client's datagram socket is bound to a port that the kernel chose, and to no far end before it sends.
      if (protocol === 17 && (port === 0 || isEphemeral(port))) return;
      const key = `${protocol}${entry.inode}:${entry.key}`;
      const known = listeners.get(key);
      if (known !== undefined) {
        known.generation = generation;
        return;
      }
      if (listeners.size >= mostKept) return;
      const address = entry.key.length === 12 ? entry.key.slice(0, 4) : entry.key.slice(0, 16);
      const listener: Listener = { protocol, address, port, generation, inode: entry.inode, userId: entry.userId, affinity: '', owner: undefined, isOwn: false };
      listeners.set(key, listener);
      byPort.set(portKey(protocol, port), [...(byPort.get(portKey(protocol, port)) ?? []), listener]);
      outbox.askOwner(listener);
      fresh.push(listener);
    });

  const look = (nowMs: number): void => {
    generation += 1;
    looks += 1;
    const fresh: Listener[] = [];
    // Going through the datagram sockets costs more and finds less: every second time.
    const protocols = looks % 2 === 1 ? [6, 17] as const : [6] as const;
    for (const protocol of protocols) {
      const isComplete = lookAt(protocol, 2, fresh) && lookAt(protocol, 10, fresh);
      if (!isComplete) continue;
      for (const [key, listener] of listeners) {
        if (listener.protocol !== protocol || listener.generation === generation) continue;
        listeners.delete(key);
        const left = (byPort.get(portKey(protocol, listener.port)) ?? []).filter((other) => other !== listener);
        if (left.length > 0) byPort.set(portKey(protocol, listener.port), left);
        else byPort.delete(portKey(protocol, listener.port));
        if (others(listener).length === 0) tell('close', listener, nowMs);
      }
    }
    for (const listener of fresh) {
      // Workers that share a port by SO_REUSEPORT are one listener, unless another program or user joins them.
      if (!others(listener).some((other) => other.userId === listener.userId && other.generation < generation)) tell('listen', listener, nowMs);
    }
  };

  return {
    look,
    onEvidence(protocol, port) {
      if (byPort.has(portKey(protocol, port))) return;
      const nowMs = context.now();
      if (Math.abs(nowMs - evidenceMs) < evidenceEveryMs) return;
      evidenceMs = nowMs;
      look(nowMs);
    },
    find: (protocol, port) => byPort.get(portKey(protocol, port))?.[0],
    isListening: (protocol, port) => byPort.has(portKey(protocol, port)),
    isOwn: (port) => byPort.get(portKey(6, port))?.some(({ isOwn }) => isOwn) ?? false,
  };
}
