/**
 * Privilege change: a principal gains rights or widens them, reads credentials in bulk, lets others reach what is
 * ours, runs code with another's rights, or switches off what watches; weighed by what it usually does.
 *
 * Detects          new users, keys, passwords, policies and trust; the root user; task definitions with more rights;
 *                  data made public or shared; commands, shells and code with a role; unusual compute; secrets read
 *                  in bulk; trails, flow logs, detectors, alarms switched off or narrowed; refusals in a row; looking
 *                  around; credentials of a machine used from elsewhere. In Kubernetes role bindings, wildcards,
 *                  privileged pods, shells in pods, calls without a name.
 * Blind spots      what the principal does every day with another aim; reads of data that are not logged; the end of
 *                  policy documents that a decoder cuts; what AWS services and cluster controllers are made to do,
 *                  but for privileged pods.
 * False positives  the first time an administrator does something new; a new pipeline; a migration. Teach it, accept
 *                  it into the baseline, or allow the principal.
 * Baseline         calls of the principal by operation, outcome and what sets them apart; credentials it reads;
 *                  networks its machines call from. Lent by its account until it has enough of its own.
 * Triage           ask the person behind the principal; list what the same session did before and after; undo the
 *                  change; change the credentials.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type ApiCall, type Evidence } from '#contract';
import { actOf, keysOf } from './acts.ts';
import { credentialsRead } from './aws-credentials.ts';
import { callerName, machineNetwork, strictnessOf } from './callers.ts';
import { newRecent, noteRecent, type Recent } from './recent.ts';
import { evidenceOf } from './sentences.ts';
import { moved, sequencesOf } from './sequences.ts';
import { weigh } from './weigh.ts';

export const privilegeChange = defineDetector({
  id: 'privilege-change',
  title: 'Someone gains rights, reads credentials or switches off what watches',
  severity: 'medium',
  attack: ['T1098', 'T1078.004', 'T1562.008', 'T1555.006'],
  reads: 'api-call',
  scope: 'owner',
  judgesWhileLearning: true,
  options: z.strictObject({
    windowMinutes: z.number().min(1).max(60).default(10).describe('Minutes within which reads, refusals and looks count together.'),
    bulkReads: z.int().min(2).max(30).default(10).describe('Credentials never read before that make a bulk; twice as many while learning.'),
    deniedCalls: z.int().min(2).max(60).default(10).describe('Refused calls within the window that make a series.'),
    looks: z.int().min(2).max(60).default(8).describe('Kinds of looking around never done before that are told; those by machines count twice.'),
  }),

  // What the cloud does by itself makes nothing usual for others of the account.
  baseline: {
    calls: { ...seen(({ activity }: ApiCall) => (strictnessOf(activity) === 'ignored' ? undefined : keysOf(activity))), borrows: true },
    secrets: { ...seen(({ activity }: ApiCall) => (activity.outcome === 'success' ? credentialsRead(activity) : undefined)), borrows: true },
    places: {
      ...seen(({ activity }: ApiCall) => machineNetwork(activity)),
      borrows: true,
    },
  },

  trace: { create: newRecent, note: noteRecent },

  judge({ calls, secrets, places }, call, { windowMinutes, bulkReads, deniedCalls, looks }, context) {
    const { activity } = call;
    const { actor } = activity;
    if (context.isAllowed('principal', actor.principal)) return undefined;
    const who = callerName(actor, context.entity);
    const views = { calls, secrets, places };
    const trace = context.trace as Recent;
    const strictness = strictnessOf(activity);
    const found: Evidence[] = [];

    const act = actOf(activity);
    const weight = act === undefined || strictness === 'ignored' ? undefined : weigh(act, activity, calls, strictness);
    if (act !== undefined && weight !== undefined) found.push(evidenceOf(act, activity, who, calls, weight));

    const sequences = strictness === 'full' ? sequencesOf(call, trace, views, { windowMs: windowMinutes * 60_000, bulkReads, deniedCalls, looks }) : [];
    const elsewhere = moved(call, trace, views);
    if (elsewhere !== undefined) sequences.push(elsewhere);
    const isLearning = !calls.isReady;
    for (const sequence of sequences) {
      found.push(evidenceOf(sequence, activity, who, calls, { score: isLearning ? 0.65 : 0.8, severity: sequence.severity, isLearning }));
    }
    return found;
  },
});
