/**
 * Log rate: a task writes far more or far fewer lines than its service is used to, in all, of one kind, or none.
 *
 * Detects          guessing of passwords, error storms, retry loops, scans in access lines, a task that hangs (silence),
 *                  a loop or a consumer that stopped (a line of every minute is missing).
 * Blind spots      a service that is often silent has no silence; kinds of lines beyond the 16 written most; a kind that
 *                  is less than half an hour old, which `log-novelty` tells; a burst of a minute that is less than twice
 *                  the usual; a drop that lasts less than the option's minutes; a kind that becomes fewer without ending.
 *                  After a teaching of minutes: silence, and what is below twenty times the usual.
 * False positives  load tests, a changed log level: accept them into the baseline. A deployment widens the band and
 *                  lowers the severity. A task that ends without word (no ECS events) may look silent if it was the last.
 * Baseline         lines and severe lines a minute of a task, and of each of 16 kinds, per service, container and phase,
 *                  with hours of the day and weekdays where they differ.
 * Triage           find the kind of line that grew; compare the task with its siblings; look at callers and callees.
 */
import { z } from 'zod';
import { rates, ratesByKind } from '#baselines';
import { defineDetector, type LogMinute } from '#contract';
import { named } from '../line-phrase.ts';
import { createRecent, noteRecent } from './recent.ts';
import { tell } from './tell.ts';
import { weigh } from './weigh.ts';

export const logRate = defineDetector({
  id: 'log-rate',
  title: 'Task writes far more or far fewer lines than its service is used to',
  severity: 'medium',
  attack: [],
  reads: 'log-minute',
  scope: 'container',
  options: z.strictObject({
    floorLines: z.int().min(1).default(30).describe('Lines a minute, of one kind or in all, below which nothing is a burst.'),
    floorErrors: z.int().min(1).default(6).describe('Severe lines a minute, or lines whose words matter (failed logins, exceptions), below which nothing is a burst.'),
    quietMinutes: z.int().min(1).max(10).default(3).describe('Minutes in a row with too few lines, or without a line of every minute, from which it is told.'),
    certainSurprise: z.number().min(0.5).max(1).default(0.75).describe('Surprise at which a single minute above the band needs no second witness (0.5 is the edge of alarm).'),
  }),

  baseline: {
    lines: rates(({ lines }: LogMinute) => lines),
    errors: rates(({ errors }: LogMinute) => errors),
    kinds: ratesByKind(({ kinds }: LogMinute) => kinds),
  },

  trace: { create: createRecent, note: noteRecent },

  // Each baseline judges as soon as it is ready itself; errors may be known before all lines are.
  judgesWhileLearning: true,

  judge(baselines, minute, options, { name, entity, trace, deployment, isComplete }) {
    // A task that is told to stop, or whose records have a gap, may well write less.
    const canMiss = isComplete && entity.phase === 'run';
    const { history } = baselines.lines;
    return weigh(baselines, minute, options, trace, canMiss).map((unusual) =>
      tell(unusual, { name: named(name), instance: entity.instance, minute, recent: trace, history, isDeployed: deployment !== undefined }),
    );
  },
});
