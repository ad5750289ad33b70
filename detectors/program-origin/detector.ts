/**
 * Program origin: a program runs from where no program of the image lies: a place that anybody may write, a file that
 * was deleted, memory alone, or a file that came after the container began.
 *
 * Detects          payloads dropped and run, programs that delete themselves, programs loaded into memory, tools
 *                  installed into a running container, scripts run from such places by an interpreter.
 * Blind spots      code that runs inside a program of the image; libraries loaded by it; without the right to read
 *                  other processes only what a program calls itself tells where it lies.
 * False positives  applications that unpack and run helpers (teach them: random parts of their names are masked),
 *                  updates inside a running container.
 * Baseline         places programs were run from, with versions and random parts masked, per service.
 * Triage           keep a copy of the file (`/proc/PID/exe` gives even a deleted one); who wrote it; what it connects to.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type ProcessSeen } from '#contract';
import { processSaid, plainName, quoted, said, titled } from '../process-phrase.ts';
import { originKey, originOf, type Origin } from './origin.ts';

const phrases: Readonly<Record<Origin['place'], { title: string; what: string; severity: 'medium' | 'high' | 'critical'; score: number; attack: string }>> = {
  memory: { title: 'a program that lies in memory alone', what: 'lies in no file, only in memory', severity: 'critical', score: 0.97, attack: 'T1620' },
  deleted: { title: 'a program whose file was deleted', what: 'lies in a file that was deleted', severity: 'high', score: 0.9, attack: 'T1070.004' },
  'writable-place': { title: 'a program from a place that anybody may write', what: 'lies where anybody may write', severity: 'high', score: 0.92, attack: 'T1204.002' },
  script: { title: 'a script from a place that anybody may write', what: 'lies where anybody may write', severity: 'high', score: 0.88, attack: 'T1059' },
  added: { title: 'a program that came after the container began', what: 'is not of the container’s image: it came or changed after the container began', severity: 'medium', score: 0.8, attack: 'T1105' },
};

export const programOrigin = defineDetector({
  id: 'program-origin',
  title: 'Program runs from where no program of the image lies',
  severity: 'high',
  attack: ['T1204.002', 'T1620', 'T1105'],
  reads: 'process',
  scope: 'owner',
  judgesWhileLearning: true,
  options: z.strictObject({
    usualPlaces: z.array(z.string().min(1).max(300)).max(200).default([]).describe('Beginnings of paths from which programs may always be run, such as `/var/tmp/build/`.'),
  }),

  baseline: { places: seen(({ activity }: ProcessSeen) => (activity.activity === 'launch' ? originKey(activity) : undefined)) },

  judge({ places }, { activity }, { usualPlaces }, { name, isAllowed }) {
    if (activity.activity !== 'launch') return undefined;
    const origin = originOf(activity);
    if (origin === undefined || places.of(originKey(activity)).isUsual) return undefined;
    // A file known from before that is gone now was replaced: its program goes on under the old one.
    if (origin.place === 'deleted' && places.of(`file ${origin.key}`).isUsual) return undefined;
    // While learning, what comes after the start may be the start itself.
    if (origin.place === 'added' && !places.isReady) return undefined;
    if (usualPlaces.some((place) => origin.path.startsWith(place)) || isAllowed('program', origin.path)) return undefined;
    const phrase = phrases[origin.place];
    return {
      object: plainName(`${origin.place} ${origin.key}`),
      title: titled(`${name} ran ${quoted(origin.path).slice(1, -1)}, ${phrase.title}`),
      summary: `${processSaid(activity)}; ${quoted(origin.path)} ${phrase.what}${places.isReady ? ', and nothing was run from there before' : ''}.`,
      observed: plainName(origin.path),
      expected: 'a program of the image',
      unit: 'program',
      score: phrase.score,
      severity: phrase.severity,
      attack: [phrase.attack],
      quiet: 'The same program run from there during a teaching or on 3 days, or its place among `usualPlaces`.',
      lookFirst: `Where ${quoted(origin.path)} came from, and what ${activity.lineage[0] === undefined ? 'started it' : said(activity.lineage[0])} did just before.`,
    };
  },
});
