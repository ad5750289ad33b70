/**
 * Resource usage: a task's CPU, memory, network or disk leaves what is usual for its service, its siblings or itself.
 *
 * Detects          coin mining, runaway loops, memory leaks, retry storms, a process that hangs (flat line), a task
 *                  that does not do what its siblings do.
 * Blind spots      what stays inside the service's band and moves like the other tasks; a service loud from birth;
 *                  less than the floors of the options; the first hour of a task's own past;
 *                  after a teaching of minutes what is below twenty times the usual, and traffic, which `egress-volume` and
 *                  `odd-download` tell.
 * False positives  batch jobs and load tests: accept them into the baseline; rare but regular work of one task.
 * Baseline         value a minute, per service, container, phase and metric; the task's own past as a trace.
 * Triage           compare with the siblings; look at requests and deployments of these minutes; find the program.
 */
import { z } from 'zod';
import { quantities } from '#baselines';
import { defineDetector } from '#contract';
import type { MetricMinute } from '#contract';
import { weigh } from './weigh.ts';
import { noteValue, valuesTold } from './recent-values.ts';
import { createSeries, notePoint } from './series-model.ts';
import { tell } from './tell.ts';

export const resourceUsage = defineDetector({
  id: 'resource-usage',
  title: "Task's use of CPU, memory, network or disk leaves what is usual",
  severity: 'medium',
  attack: ['T1496'],
  reads: 'metric-minute',
  scope: 'container',
  options: z.strictObject({
    shareFloor: z.number().min(0).max(1).default(0.1).describe('Share of the reserved CPU or memory; changes below are no news.'),
    cpuFloor: z.number().min(0).default(0.05).describe('Virtual CPUs; changes below are no news.'),
    memoryFloorBytes: z.number().min(0).default(16_777_216).describe('Bytes of memory; changes below are no news.'),
    networkFloorBytes: z.number().min(0).default(250_000).describe('Bytes a second received or sent; changes below are no news.'),
    diskFloorBytes: z.number().min(0).default(1_000_000).describe('Bytes a second read or written, or bytes kept; changes below are no news.'),
    certainSurprise: z.number().min(0.5).max(1).default(0.75).describe('Surprise at which a single minute above the band needs no second witness (0.5 is the edge of alarm).'),
    ownScore: z.number().min(0.5).max(1).default(0.9).describe("Score at which the task's own past suffices though the service's band says usual."),
    siblingDistance: z.number().min(1).default(8).describe('Robust deviations from the siblings at which a task stands out.'),
  }),

  baseline: { usual: quantities(({ value }: MetricMinute) => value, ({ metric }: MetricMinute) => metric) },
  trace: {
    create: createSeries,
    note: (series, { timeMs, value }) => {
      noteValue(series, timeMs, value);
      notePoint(series, timeMs, value);
    },
    part: ({ metric }) => metric,
  },

  judge({ usual }, observation, options, { trace, name, isComplete }) {
    const weighed = weigh(usual, observation, options, trace, isComplete);
    return weighed === undefined ? undefined : { ...tell(name, observation, weighed, usual.history), ...valuesTold(trace, observation, weighed) };
  },
});
