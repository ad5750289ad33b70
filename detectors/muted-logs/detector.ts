/**
 * Muted logs: what the service says is made to reach nobody: the log router is ended or halted, a program is halted, or
 * its output is led elsewhere.
 *
 * Detects          a killed or stopped log router, `SIGSTOP` to the application or to what watches it, standard output
 *                  of a running program led to nothing, to a file or to a connection.
 * Blind spots      a router whose configuration was changed and reloaded; a router under a name and place that tells
 *                  nothing; our own process halted (its silence is told by whoever reads its heartbeats); log lines
 *                  that the application itself leaves out.
 * False positives  a router that is restarted by hand, a debugger that halts what it looks at: teach them. A router that
 *                  ends while the whole task ends is not told.
 * Baseline         which programs were halted, led their output elsewhere, or ended as routers do, per service.
 * Triage           who sent the signal (what was started just before); whether logs arrive again; what was done meanwhile.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type ProcessSeen } from '#contract';
import { spanned } from '../phrase.ts';
import { plainName, processSaid, quoted, said, titled } from '../process-phrase.ts';
import { createEnds, isEndOfAll, isLedBack, muteKey, muteOf, noteEnd, streamKeys, type Ends, type Mute } from './mute.ts';

export const mutedLogs = defineDetector({
  id: 'muted-logs',
  title: 'What the service says is made to reach nobody',
  severity: 'high',
  attack: ['T1562.006', 'T1562.001'],
  reads: 'process',
  scope: 'owner',
  judgesWhileLearning: true,
  options: z.strictObject({
    routers: z.array(z.string().min(1).max(100)).max(50).default([]).describe('Names of executables or scripts that route logs, beside those known by their names.'),
    leastSeconds: z.number().min(0).max(86_400).default(20).describe('Seconds a log router must have lived for its end to be told.'),
  }),

  baseline: {
    mutes: seen(({ activity }: ProcessSeen) => {
      if (activity.activity === 'launch') return streamKeys(activity);
      const mute = muteOf(activity, [], 0);
      return mute === undefined ? undefined : muteKey(mute, activity);
    }),
  },

  trace: { create: createEnds, note: (ends: Ends, { activity }: ProcessSeen) => noteEnd(ends, activity) },

  judge({ mutes }, { activity, timeMs }, { routers, leastSeconds }, { name, entity, trace, isAllowed }) {
    const mute = muteOf(activity, routers, leastSeconds);
    if (mute === undefined || mutes.of(muteKey(mute, activity)).isUsual) return undefined;
    if (mute.kind !== 'stopped' && entity.phase === 'stop') return undefined;
    if (mute.kind === 'ended' && isEndOfAll(trace, timeMs, activity)) return undefined;
    if (mute.kind === 'led-away' && (!mutes.isReady || isLedBack(trace, activity))) return undefined;
    const { path } = activity.program;
    if (path !== '' && isAllowed('program', path)) return undefined;
    return {
      object: plainName(muteKey(mute, activity)),
      title: titled(`${name} ${titleOf(mute, said(activity.program).slice(1, -1))}`),
      summary: `${processSaid(activity)}; ${because(mute, activity.seconds)}.`,
      observed: mute.kind,
      expected: mute.kind === 'led-away' ? 'its output where it was' : 'running',
      unit: 'process',
      score: mute.isRouter ? 0.93 : 0.86,
      severity: mute.isRouter || mute.kind === 'led-away' ? 'high' : 'medium',
      attack: [mute.kind === 'led-away' ? 'T1562.006' : 'T1562.001'],
      quiet: 'The same during a teaching or on 3 days.',
      lookFirst: `Which program was started just before, for only another one could do this, and whether lines of ${quoted(name)} still arrive.`,
    };
  },
});

function titleOf({ kind, isRouter, where }: Mute, program: string): string {
  const who = isRouter ? `its log router ${program}` : program;
  switch (kind) {
    case 'ended':
      return `lost ${who}`;
    case 'stopped':
      return `has ${who} halted by a signal`;
    case 'led-away':
      return `has the output of ${who} led to ${where}`;
  }
}

function because({ kind, isRouter, where }: Mute, seconds: number | undefined): string {
  switch (kind) {
    case 'ended':
      return `it ended${seconds === undefined ? '' : ` after ${spanned(seconds * 1_000)}`}, and what the service says reaches nobody until it is started again`;
    case 'stopped':
      return isRouter ? 'a signal halts it: lines wait and are lost, though the process is there' : 'a signal halts it: it is there and does nothing';
    case 'led-away':
      return `its standard output or error now leads to ${where}, so that its lines are no longer collected`;
  }
}
