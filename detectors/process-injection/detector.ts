/**
 * Process injection: a process traces another one, or holds its memory open.
 *
 * Detects          ptrace attached to the application or the log router, `/proc/PID/mem` of another process held open,
 *                  debuggers used to read secrets or to plant code; seen from outside, without attaching to anything.
 * Blind spots      an attachment shorter than the sensor's look; memory read by `process_vm_readv`, which leaves no
 *                  trace; without the right to read other processes who holds memory open cannot be known.
 * False positives  profilers and crash reporters that attach (teach them), a person who debugs.
 * Baseline         who traces whom, per service.
 * Triage           what the tracer is and who started it; what secrets the traced process holds; restart the task.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type ProcessActivity, type ProcessSeen } from '#contract';
import { pathKey } from '../program-key.ts';
import { lineageSaid, plainName, said, titled, userSaid } from '../process-phrase.ts';

function keyOf({ program, by, means }: ProcessActivity): string {
  return `${by === undefined ? '' : pathKey(by)} → ${pathKey(program)}${means === 'memory' ? ' memory' : ''}`;
}

const meansSaid = { trace: 'traces', memory: 'holds open the memory of' } as const;

export const processInjection = defineDetector({
  id: 'process-injection',
  title: 'Process traces another one or holds its memory open',
  severity: 'critical',
  attack: ['T1055.008'],
  reads: 'process',
  scope: 'owner',
  judgesWhileLearning: true,
  options: z.strictObject({
    usualTracers: z.array(z.string().min(1).max(300)).max(100).default([]).describe('Executables that may trace others: profilers, crash reporters.'),
  }),

  baseline: { tracers: seen(({ activity }: ProcessSeen) => (activity.activity === 'inject' ? keyOf(activity) : activity.activity === 'launch' ? 'no tracer' : undefined)) },

  judge({ tracers }, { activity }, { usualTracers }, { name, isAllowed }) {
    if (activity.activity !== 'inject') return undefined;
    const { program, by, lineage, pid, userId, means } = activity;
    const key = keyOf(activity);
    const path = by?.path ?? '';
    if (tracers.of(key).isUsual || usualTracers.includes(path) || (path !== '' && isAllowed('program', path))) return undefined;
    const who = by === undefined ? 'a process that could not be told' : said(by);
    // Who debugs what it started itself reads no other's secrets.
    const isOwnChild = by !== undefined && lineage[0] !== undefined && pathKey(lineage[0]) === pathKey(by);
    return {
      object: plainName(key),
      title: titled(`${name} has ${who.replaceAll('`', '')} reach into ${said(program).slice(1, -1)}`),
      summary: `${who} ${means === undefined ? 'traces, or holds open the memory of,' : meansSaid[means]} ${lineageSaid(program, lineage)} (${userSaid(userId)}, pid ${pid}): it can read what it knows and change what it does${tracers.isReady ? ', which was never seen here' : ''}.`,
      observed: plainName(path === '' ? (by?.name ?? 'unknown') : path),
      expected: 'nobody',
      unit: 'tracer',
      score: isOwnChild ? 0.85 : 0.96,
      severity: isOwnChild ? 'high' : 'critical',
      quiet: 'The same program tracing the same during a teaching or on 3 days, or its path among `usualTracers`.',
      lookFirst: `Who started ${who}, and which secrets ${said(program)} holds.`,
    };
  },
});
