/**
 * New listener: something in the task listens on a port that never was listened on.
 *
 * Detects          bind shells and back doors (T1571, T1059), proxies and tunnels (T1090), debuggers opened to the network, a
 *                  port that was for the task alone and is open to all.
 * Blind spots      who takes over a port in use; ports given out by chance of programs that always listen on such; datagram
 *                  sockets on ports given out by chance, for every question for a name has one.
 * False positives  a feature that is switched on, a debugger that a developer attaches: accept the port.
 * Baseline         ports with protocol, and whether they are open to the network; programs that listen on ports given out by
 *                  chance, per service.
 * Triage           which program listens and who started it; whether anybody connected to it since; close it.
 */
import { z } from 'zod';
import ipaddr from 'ipaddr.js';
import { seen } from '#baselines';
import { defineDetector, type Evidence, type Severity, type SocketActivity, type SocketSeen } from '#contract';
import { titled } from '../process-phrase.ts';
import { isFromShell, isVersatile, originSaid, talkerKey, talkerSaid } from '../talker.ts';

const udp = 17;
/** First port that Linux gives out by chance (ip_local_port_range). */
const firstChancePort = 32_768;

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}

const portKey = ({ localPort, protocol }: SocketActivity): string => `${localPort}|${protocol}`;
/** Open to the network. */
const openKey = (socket: SocketActivity): string => `${portKey(socket)}|open`;
const chanceKey = ({ program, localAddress, protocol }: SocketActivity): string =>
  `${talkerKey(program)}|by chance|${protocol}${isLoopback(localAddress) ? '' : '|open'}`;

const isByChance = ({ localPort }: SocketActivity): boolean => localPort >= firstChancePort;

function severityOf({ program, lineage = [] }: SocketActivity, isOpen: boolean): Severity {
  const isTold = isVersatile(program) || isFromShell(lineage);
  if (isOpen) return isTold ? 'high' : 'medium';
  return isTold ? 'medium' : 'low';
}

export const newListener = defineDetector({
  id: 'new-listener',
  title: 'Something listens on a port that never was listened on',
  severity: 'medium',
  attack: ['T1571'],
  reads: 'socket',
  scope: 'owner',
  options: z.strictObject({
    usualPorts: z.array(z.int().min(1).max(65_535)).max(500).default([]).describe('Ports that may always be listened on.'),
  }),

  baseline: {
    listeners: seen(({ activity }: SocketSeen) => {
      if (activity.activity !== 'listen') return undefined;
      const keys = [portKey(activity)];
      if (!isLoopback(activity.localAddress)) keys.push(openKey(activity));
      if (isByChance(activity)) keys.push(chanceKey(activity));
      return keys;
    }),
  },

  judge({ listeners }, { activity: socket }, { usualPorts }, { name, entity, isAllowed }) {
    const { localPort, localAddress, protocol, program, lineage = [] } = socket;
    if (socket.activity !== 'listen' || localPort === 0 || usualPorts.includes(localPort)) return undefined;
    const isOpen = !isLoopback(localAddress);
    const isPortUsual = listeners.of(portKey(socket)).isUsual;
    if (isPortUsual && (!isOpen || listeners.of(openKey(socket)).isUsual)) return undefined;
    if (isByChance(socket)) {
      if (protocol === udp) return undefined;
      const { isUsual } = listeners.of(chanceKey(socket));
      // Who is known to listen on all interfaces may do so on one.
      if (isUsual || (!isOpen && listeners.of(`${chanceKey(socket)}|open`).isUsual)) return undefined;
    }
    if (program !== undefined && isAllowed('program', program.path)) return undefined;

    const severity = severityOf(socket, isOpen);
    const port = `${protocol === udp ? 'udp port' : 'port'} ${localPort}`;
    const reach = isOpen ? 'open to the network' : 'within the task alone';
    const evidence: Evidence = {
      object: `listens on ${localPort}/${protocol === udp ? 'udp' : 'tcp'}${isOpen ? '' : ' inside'}`,
      title: titled(isPortUsual ? `${name}: ${port} is now open to the network, it was for the task alone` : `${name}: ${talkerSaid(program)} listens on ${port}, which never was listened on`),
      summary: `A socket at ${localAddress} ${port} listens, ${reach}; ${originSaid(program, lineage)}. ${listeners.size === 0 ? 'Nothing listened in this service before.' : 'The service never listened there before.'}`,
      observed: localPort,
      expected: 'a port in use',
      unit: 'port',
      score: severity === 'high' ? 0.9 : severity === 'medium' ? 0.75 : 0.6,
      quiet: 'The same port on three days, or its number in `usualPorts`.',
      lookFirst: `Who started ${talkerSaid(program)} in ${entity.instance === '' ? name : `task ${entity.instance.slice(0, 8)} of ${name}`}, and who connected to ${port} since.`,
      severity,
      attack: isVersatile(program) ? ['T1571', 'T1059'] : ['T1571'],
    };
    return evidence;
  },
});
