/** By which ways the network is seen here, and what is not seen for want of one. */
import { readFileSync } from 'node:fs';
import { libraryCure, type Way } from '../part.ts';
import { tcpState, type SocketTable } from './socket-table.ts';

export interface NetworkWaySettings {
  hasPackets: boolean;
  isDiagnosing: boolean;
  readsOthers: boolean;
  hasCounters: boolean;
  /** Undefined where ended connections stay in the table for a minute. */
  whyNoTimeWait: string | undefined;
  /** Why a way could not be opened, by its name. */
  reasons: ReadonlyMap<string, string>;
}

export function networkWays({ hasPackets, isDiagnosing, readsOthers, hasCounters, whyNoTimeWait, reasons }: NetworkWaySettings): Way[] {
  const way = (name: string, isWorking: boolean, without: string, reason: string, cure: string): Way => ({ name, isWorking, without, cure, ...(!isWorking && { reason }) });
  return [
    way('packet-socket', hasPackets, 'Connections shorter than a tenth of a second are seen without their program or not at all; name look-ups, refused connections and datagrams are not seen.',
      reasons.get('packet-socket') ?? 'It was not opened yet.', 'In the container definition "user": "0", and no NET_RAW among the capabilities of "drop".'),
    way('socket-diagnosis', isDiagnosing, 'Bytes of open connections are not known, and looking at many sockets costs more, so it is done less often.', reasons.get('socket-diagnosis') ?? 'It was not opened yet.', libraryCure),
    way('socket-owner', readsOthers, 'Which program of another user holds a socket is known only where all of that user are one program.',
      'Open descriptors of processes of other users may not be read: neither SYS_PTRACE nor SETUID is granted.', 'In the container definition "add": ["SYS_PTRACE"], or no SETUID and SETGID among the capabilities of "drop".'),
    way('time-wait', whyNoTimeWait === undefined, 'Without a packet socket connections that begin and end between two looks are counted at best, and told by nothing.',
      whyNoTimeWait ?? '', 'Let the container see all of /proc/net, and leave net.ipv4.tcp_max_tw_buckets above 0 (systemControls).'),
    way('connection-counters', hasCounters, 'Without a packet socket nothing tells that connections were missed.', 'The counters in /proc/net/snmp cannot be read.', 'Let the container see all of /proc/net.'),
  ];
}

/** Whether the kernel keeps connections that ended, and shows them. */
export function whyNoTimeWait(procPath: string, table: SocketTable): string | undefined {
  if (!table.dump({ family: 2, protocol: 6, states: 1 << tcpState.timeWait, hasBytes: false }, () => undefined)) return 'The table of sockets cannot be read.';
  try {
    if (Number(readFileSync(`${procPath}/sys/net/ipv4/tcp_max_tw_buckets`, 'latin1')) === 0) return 'The kernel keeps none: net.ipv4.tcp_max_tw_buckets is 0.';
  } catch {
    // It does not say: then it is as the kernel has it by default.
  }
  return undefined;
}
