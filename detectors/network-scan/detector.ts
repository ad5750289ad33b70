/**
 * Network scan: a task tries many ports of one address, or many addresses on one port, in seconds.
 *
 * Detects          port scans, of the task itself too, and sweeps for one service (T1046), told with the probe that makes them many.
 * Blind spots      a few probes a minute; pings; what is scanned over a proxy in use; addresses in use and their ports; a
 *                  sweep on a port on which the service talks to ever new addresses anyway.
 * False positives  discovery of services by trying addresses, a crawler that was not taught: accept it, or raise the options.
 * Baseline         addresses and ports that were reached, their owners, and how many addresses a minute are usual on a port, per
 *                  service.
 * Triage           which program tries; which targets answered, and what was said to them next.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type Connection, type Evidence, type SetView } from '#contract';
import { counted, shortName } from '../phrase.ts';
import { titled } from '../process-phrase.ts';
import { originSaid, talkerSaid } from '../talker.ts';
import { createProbes, fanOf, noteProbe, targetOf, targetsWith, type Probes, type Target } from './probes.ts';

/** A scanner in a hurry needs one second for all, a patient one half a minute. */
const windowMs = 30_000;
/** First port that Linux gives out by chance (ip_local_port_range): within a task programs find each other on such. */
const firstChancePort = 32_768;
/** From eight addresses a minute on one port on its targets change by themselves: 2 to the power of three. */
const wideFan = 3;
/** Powers of two up to the targets kept. */
const widestFan = 7;

/**
 * Does a target count as a probe? One whose owner was never reached on that port does, while it has not answered twice over; a
 * new address of a network in use does only where it refused, for services come and go there.
 */
function isProbe([exact, owner, address, port, , outcome]: Target, targets: SetView): boolean {
  if (targets.of(exact).isUsual) return false;
  if (address === 'the task itself') return outcome === 1 || Number.parseInt(port, 10) < firstChancePort;
  if (targets.of(owner).isUsual) return outcome === 1 && owner.includes('/');
  return true;
}

/** How many addresses on a port are no news. */
function usualFan(targets: SetView, port: string): number {
  for (let fan = widestFan; fan >= wideFan; fan -= 1) if (targets.of(`fan|${port}|${fan}`).isUsual) return 3 * 2 ** (fan + 1);
  return 0;
}

function portSaid(port: string): string {
  const [number = '', protocol] = port.split('|');
  return protocol === '17' ? `udp port ${number}` : `port ${number}`;
}

export const networkScan = defineDetector({
  id: 'network-scan',
  title: 'Task tries many ports or many addresses',
  severity: 'high',
  attack: ['T1046'],
  reads: 'connection',
  scope: 'owner',
  options: z.strictObject({
    manyPorts: z.int().min(3).max(100).default(6).describe('Ports of one address, never reached before, within half a minute from which it is a scan.'),
    manyAddresses: z.int().min(3).max(100).default(6).describe('Addresses on one port, never reached before, within half a minute from which it is a sweep.'),
  }),

  baseline: {
    targets: seen((observation: Connection, probes?: unknown) => {
      const target = targetOf(observation);
      if (target === undefined) return undefined;
      const [exact, owner, , port] = target;
      return [exact, owner, ...(probes === undefined ? [] : [`fan|${port}|${fanOf(probes as Probes, port)}`])];
    }),
  },

  trace: { create: createProbes, note: noteProbe },

  judge({ targets }, observation, { manyPorts, manyAddresses }, { name, entity, trace }) {
    const own = targetOf(observation);
    if (own === undefined || !isProbe(own, targets)) return undefined;
    const probes = targetsWith(trace, own, windowMs).filter((target) => isProbe(target, targets));
    const ports = probes.filter(([, , address]) => address === own[2]);
    const addresses = probes.filter(([, , , port]) => port === own[3]);
    const isSweep = addresses.length >= Math.max(manyAddresses, usualFan(targets, own[3]));
    if (!isSweep && ports.length < manyPorts) return undefined;
    const found = isSweep && addresses.length >= ports.length ? addresses : ports;
    const answered = found.filter(([, , , , , outcome]) => outcome === 2).length;
    // Most of what is scanned has nobody behind it.
    if (2 * answered > found.length) return undefined;

    const isByAddress = found === ports;
    const refused = found.filter(([, , , , , outcome]) => outcome === 1).length;
    const what = isByAddress ? `${counted(found.length, 'port')} of ${shortName(own[2])}` : `${counted(found.length, 'address', 'addresses')} on ${portSaid(own[3])}`;
    const last = found.slice(-3).map(([, , address, port]) => (isByAddress ? portSaid(port) : shortName(address))).join(', ');
    const evidence: Evidence = {
      object: isByAddress ? `ports of ${own[2]}` : `addresses on ${portSaid(own[3])}`,
      title: titled(`${name} tried ${what} within seconds, none of which it ever used`),
      summary: `Within ${windowMs / 1_000} s ${what} were tried, the last ${last}; ${refused} refused and ${answered} answered so far; ${originSaid(observation.program, observation.lineage)}.`,
      observed: found.length,
      expected: isByAddress ? manyPorts : Math.max(manyAddresses, usualFan(targets, own[3])),
      unit: isByAddress ? 'ports' : 'addresses',
      score: Math.min(0.99, 0.85 + 0.005 * found.length),
      quiet: `Fewer than ${isByAddress ? manyPorts : manyAddresses} of them in half a minute, or the same targets on three days.`,
      lookFirst: `What ${talkerSaid(observation.program)} in ${entity.instance === '' ? name : `task ${entity.instance.slice(0, 8)} of ${name}`} is, and which targets answered.`,
    };
    return evidence;
  },
});
