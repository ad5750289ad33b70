/**
 * Beacon: a program opens small connections to one peer as regularly as a clock, and the service never did.
 *
 * Detects          implants that ask for orders (T1071), with jitter, at intervals from half a second to hours.
 * Blind spots      one connection that stays open; a peer and program in use; waits by chance alone; an interpreter that serves
 *                  the application and talks to a peer in use; implants that ask in names (`dns-tunnel`).
 * False positives  a poller or exporter that was added: accept it. It is told once, as new destinations are.
 * Baseline         destinations, and programs with their destinations, per service; the last calls of each task as a trace.
 * Triage           which program calls; what it is told; cut the peer off and see what breaks.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type Connection, type Evidence } from '#contract';
import { shortName, sized, spanned } from '../phrase.ts';
import { titled } from '../process-phrase.ts';
import { originSaid, talkerSaid, unknownTalker } from '../talker.ts';
import { callOf, callsOf, createCalled, noteCall, regularInterval } from './calls.ts';

export const beacon = defineDetector({
  id: 'beacon',
  title: 'Program calls a peer as regularly as a clock, and the service never did',
  severity: 'high',
  attack: ['T1071'],
  reads: 'connection',
  scope: 'owner',
  options: z.strictObject({
    calls: z.int().min(4).max(8).default(6).describe('Connections in a row, at even intervals, from which it is a beacon.'),
    smallBytes: z.number().min(0).default(65_536).describe('Bytes a connection, both ways and on average, above which it is work and no beacon.'),
  }),

  baseline: {
    calls: seen((observation: Connection) => {
      const call = callOf(observation);
      return call === undefined ? undefined : [call.whom, call.address, `${call.who}>${call.whom}`, `${call.who}>${call.address}`];
    }),
  },

  trace: { create: createCalled, note: noteCall },

  judge({ calls: usual }, observation, { calls: enough, smallBytes }, { name, entity, trace }) {
    if (observation.activity !== 'open') return undefined;
    const call = callOf(observation);
    if (call === undefined) return undefined;
    const { who, whom, address } = call;
    for (const key of [`${who}>${whom}`, `${who}>${address}`, `${unknownTalker}>${whom}`, `${unknownTalker}>${address}`]) if (usual.of(key).isUsual) return undefined;
    const isPeerUsual = usual.of(whom).isUsual || usual.of(address).isUsual;
    if (isPeerUsual && who === unknownTalker) return undefined;
    const before = callsOf(trace, `${who}>${whom}`);
    if (before === undefined || before.timesMs.length < enough - 1) return undefined;
    // Who is refused tries again; that it does so evenly tells nothing.
    if (2 * before.refused > before.count || before.bytes > smallBytes * before.count) return undefined;
    const times = [...before.timesMs.slice(1 - enough), observation.timeMs];
    const interval = regularInterval(times);
    if (interval === undefined) return undefined;

    const { peer, port, peerAddress, program, lineage } = observation;
    const count = before.count + 1;
    const evidence: Evidence = {
      object: `${who} calls ${whom}`,
      title: titled(`${name} calls ${shortName(peer)} port ${port} every ${spanned(interval)}, as regularly as a clock`),
      summary: `${talkerSaid(program)} opened ${count} small connections to ${shortName(peerAddress)} (${shortName(peer)}) port ${port}, the last ${times.length} about ${spanned(interval)} apart, ${sized(before.bytes / Math.max(1, before.count))} each; ${originSaid(program, lineage)}; ${isPeerUsual ? 'only other programs of the service talk to there' : 'the service never talked to there'}.`,
      observed: count,
      expected: 0,
      unit: 'calls',
      score: Math.min(0.97, 0.8 + 0.02 * (count - enough)),
      quiet: 'The same program and destination on three days, or an allowance for the address or name in the configuration.',
      lookFirst: `What ${talkerSaid(program)} in ${entity.instance === '' ? name : `task ${entity.instance.slice(0, 8)} of ${name}`} is, and what ${shortName(peer)} answers.`,
      severity: isPeerUsual ? 'medium' : 'high',
    };
    return evidence;
  },
});
