/**
 * Odd download: far more comes in from one peer, or by one program, than ever did.
 *
 * Detects          tools fetched from a host in use (T1105), a table read out of a database in use (T1213), updates and models of
 *                  somebody else's.
 * Blind spots      what is below the floor or below twenty times the usual; peers and programs never met, which
 *                  `new-destination` and `program-egress` tell; what arrives over connections that others opened.
 * False positives  a cache that fills anew, a report that reads all: low for that reason; accept it.
 * Baseline         bytes a minute by peer and by program, as powers of two, per service; the running minute of each task as a trace.
 * Triage           which program received it; whether a file appeared then; what ran next.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type Connection, type Evidence } from '#contract';
import { shortName, sized } from '../phrase.ts';
import { titled } from '../process-phrase.ts';
import { sizeKey, usualSize } from '../sizes.ts';
import { originSaid, talkerSaid } from '../talker.ts';
import { countedFor, createReceived, noteReceived, receivedOf, type Received } from './received.ts';

/** Part of the minute so far that goes on with it. */
const leastShare = 0.1;

export const oddDownload = defineDetector({
  id: 'odd-download',
  title: 'Far more comes in from a peer, or by a program, than ever did',
  severity: 'low',
  attack: ['T1105'],
  reads: 'connection',
  scope: 'owner',
  options: z.strictObject({
    floorBytes: z.number().min(0).default(2_000_000).describe('Bytes a minute below which nothing is a download.'),
    times: z.number().min(2).default(20).describe('Times the most that is usual of the peer or program in a minute, from which it is told: ten is a busy minute, and a minute may begin in the middle of one.'),
  }),

  baseline: {
    sizes: seen((observation: Connection, received?: unknown) => {
      if (observation.receivedBytes === 0 || received === undefined) return undefined;
      return countedFor(observation).map((whom) => sizeKey(whom, receivedOf(received as Received, whom, observation.minuteMs)));
    }),
  },

  trace: { create: createReceived, note: noteReceived },

  judge({ sizes }, observation, { floorBytes, times }, { name, entity, trace, isAllowed }) {
    const { minuteMs, receivedBytes, peer, port, program, lineage } = observation;
    if (receivedBytes === 0) return undefined;
    for (const whom of countedFor(observation)) {
      const bytes = receivedOf(trace, whom, minuteMs) + receivedBytes;
      if (bytes < floorBytes) continue;
      const usual = usualSize(sizes, whom);
      if (usual === undefined || bytes <= times * usual || isAllowed('domain', peer)) continue;
      // Whoever adds a drop to what was told already is no news.
      if (bytes - receivedBytes > times * usual && receivedBytes < leastShare * bytes) continue;
      const isPeer = whom.startsWith('<');
      const from = isPeer ? `from ${shortName(peer)}` : `by ${talkerSaid(program)}`;
      const evidence: Evidence = {
        object: isPeer ? `received from ${peer}` : `received by ${whom}`,
        title: titled(`${name} received ${sized(bytes)} in a minute ${from}, at most ${sized(usual)} before`),
        summary: `Over ${Math.round(bytes / usual)} times as much came in ${from} as in any minute before, lately from ${shortName(peer)} port ${port}; ${originSaid(program, lineage)}.`,
        observed: bytes,
        expected: usual,
        unit: 'bytes/min',
        score: Math.min(0.9, 0.6 + 0.05 * Math.log2(bytes / (times * usual))),
        quiet: `At most ${sized(times * usual)} in a minute, or minutes like this on three days.`,
        lookFirst: `What ${talkerSaid(program)} in ${entity.instance === '' ? name : `task ${entity.instance.slice(0, 8)} of ${name}`} did with it: new files, and programs that ran next.`,
        attack: observation.isPrivate ? ['T1213'] : ['T1105'],
      };
      return evidence;
    }
    return undefined;
  },
});
