/**
 * Mining pool: a task talks to a place where miners get their work, by its name or by its port.
 *
 * Detects          miners by whom they talk to (T1496), whatever they call themselves.
 * Blind spots      pools behind a proxy of the intruder's own, which `new-destination` tells; pools inside a private range.
 * False positives  another service on one of these ports outside that was never used: medium for that reason; accept it.
 * Baseline         destinations with their ports, per service.
 * Triage           which program talks to it; what keeps a processor busy; end it and keep its file.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type Connection, type Evidence } from '#contract';
import { isPoolName, poolPorts } from '../mining-words.ts';
import { keysOf } from '../new-destination/identity.ts';
import { shortName } from '../phrase.ts';
import { titled } from '../process-phrase.ts';
import { destinationOf, originSaid, talkerSaid } from '../talker.ts';

function isOutbound({ side, isLocal }: Connection): boolean {
  return side === 'client' && !isLocal;
}

function placesOf(observation: Connection): string[] {
  const to = { ...destinationOf(observation), isRejected: false };
  return [...keysOf(to), `${observation.peerAddress}|${observation.port}|${observation.protocol}`];
}

export const miningPool = defineDetector({
  id: 'mining-pool',
  title: 'Task talks to a mining pool',
  severity: 'high',
  attack: ['T1496'],
  reads: 'connection',
  scope: 'owner',
  options: z.strictObject({
    ports: z.array(z.int().min(1).max(65_535)).max(200).default([]).describe('Further ports on which a destination outside that was never used is taken for a pool.'),
  }),

  baseline: { places: seen((observation: Connection) => (isOutbound(observation) ? placesOf(observation) : undefined)) },

  judge({ places }, observation, { ports }, { name, entity, isAllowed }) {
    if (!isOutbound(observation)) return undefined;
    const { names, port, peer, peerAddress, isPrivate, program, lineage } = observation;
    const pool = names.find(isPoolName);
    const isPort = !isPrivate && (poolPorts.has(port) || ports.includes(port));
    if (pool === undefined && !isPort) return undefined;
    if (placesOf(observation).some((place) => places.of(place).isUsual)) return undefined;
    if (isAllowed('address', peerAddress) || names.some((one) => isAllowed('domain', one))) return undefined;

    const isCertain = pool !== undefined && isPort;
    const told = pool === undefined ? `port ${port} is one on which mining pools speak` : `${shortName(pool)} is named as mining pools are${isPort ? ', and so is its port' : ''}`;
    const evidence: Evidence = {
      object: `${peer}:${port}`,
      title: titled(`${name} talked to ${shortName(pool ?? peerAddress)} port ${port}, as miners do`),
      summary: `${talkerSaid(program)} connected to ${shortName(peerAddress)} port ${port}; ${told}, and the service never talked to there; ${originSaid(program, lineage)}.`,
      observed: `${shortName(pool ?? peerAddress)}:${port}`,
      expected: 'a destination in use',
      unit: 'destination',
      score: isCertain ? 0.95 : pool === undefined ? 0.7 : 0.85,
      quiet: 'The same destination on three days, or an allowance for its address or name in the configuration.',
      lookFirst: `What ${talkerSaid(program)} in ${entity.instance === '' ? name : `task ${entity.instance.slice(0, 8)} of ${name}`} is, and whether it keeps a processor busy.`,
      severity: isCertain ? 'critical' : pool === undefined ? 'medium' : 'high',
    };
    return evidence;
  },
});
