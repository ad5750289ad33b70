/** The act a call amounts to, of all that the tables know; and the keys under which it is learned. */
import type { ApiActivity, Severity } from '#contract';
import { severities } from '#contract';
import { operationOf, type Act, type ActRule, type ActTable } from './act.ts';
import { computeActs } from './aws-compute.ts';
import { credentialActs } from './aws-credentials.ts';
import { detectorActs } from './aws-detectors.ts';
import { executionActs } from './aws-execution.ts';
import { exposureActs } from './aws-exposure.ts';
import { identityActs } from './aws-identity.ts';
import { logActs } from './aws-logs.ts';
import { networkActs } from './aws-network.ts';
import { recoveryActs } from './aws-recovery.ts';
import { rightsActs } from './aws-rights.ts';
import { isOnBehalf } from './callers.ts';
import { clusterAct } from './cluster-acts.ts';

const rules = indexOf([
  identityActs,
  rightsActs,
  exposureActs,
  networkActs,
  logActs,
  detectorActs,
  credentialActs,
  executionActs,
  computeActs,
  recoveryActs,
]);

function indexOf(tables: readonly ActTable[]): ReadonlyMap<string, readonly ActRule[]> {
  const index = new Map<string, ActRule[]>();
  for (const table of tables) {
    for (const [service, operations] of Object.entries(table)) {
      for (const [operation, rule] of Object.entries(operations)) {
        const key = `${service} ${operation}`;
        const known = index.get(key);
        if (known === undefined) index.set(key, [rule]);
        else known.push(rule);
      }
    }
  }
  return index;
}

/** Answers are remembered for the event's own time: learning asks again what judging asked. */
const known = new WeakMap<ApiActivity, { act: Act | undefined }>();

/** The gravest act of a call; undefined for the many that change no rights. */
export function actOf(activity: ApiActivity): Act | undefined {
  let found = known.get(activity);
  if (found === undefined) {
    found = { act: asRoot(activity, alone(activity, activity.system === 'kubernetes' ? clusterAct(activity) : cloudAct(activity))) };
    known.set(activity, found);
  }
  return found.act;
}

function cloudAct(activity: ApiActivity): Act | undefined {
  let gravest: Act | undefined;
  for (const rule of rules.get(`${activity.service} ${operationOf(activity)}`) ?? []) {
    const found = typeof rule === 'function' ? rule(activity) : rule;
    if (found !== undefined && (gravest === undefined || rank(found.severity) > rank(gravest.severity))) gravest = found;
  }
  return gravest;
}

/** Each thing that is switched off is an alert of its own: it matters which, and bursts of them are no routine. */
function alone(activity: ApiActivity, found: Act | undefined): Act | undefined {
  return found?.kind === 'watchers' ? { ...found, detail: operationOf(activity) } : found;
}

function rank(severity: Severity): number {
  return severities.indexOf(severity);
}

/** The root user is for the few things nobody else can do; what it does is news whatever it is. */
function asRoot(activity: ApiActivity, found: Act | undefined): Act | undefined {
  const { actor, isReadOnly, operation } = activity;
  if (actor.type !== 'Root' || isOnBehalf(actor)) return found;
  if (found !== undefined && found.gravity !== 'notable') {
    return { ...found, kind: 'root-user', gravity: 'wrong', severity: 'critical', detail: undefined };
  }
  const severity = isReadOnly ? 'medium' : 'high';
  return {
    kind: 'root-user', gravity: 'wrong', severity, past: 'called', infinitive: 'call', thing: '', named: operation, attack: 'T1078.004', facets: found?.facets ?? [],
  };
}

/** A call without its account: `iam CreateUser`, `create pods/exec`. */
export function callKey(activity: ApiActivity): string {
  if (activity.system === 'kubernetes') return activity.operation;
  return `${activity.service.replace('.amazonaws.com', '')} ${operationOf(activity)}`;
}

/** Keys a call is learned under. A call that is refused or fails is not the call that works. */
export function keysOf(activity: ApiActivity): string[] {
  const found = actOf(activity);
  const call = callKey(activity);
  const { outcome } = activity;
  const isApart = outcome === 'denied' || (outcome === 'failure' && found?.gravity === 'wrong');
  const keys = [isApart ? `${call} ${outcome === 'denied' ? 'denied' : 'failed'}` : call];
  if (found === undefined) return keys;
  for (const facet of found.facets.slice(0, 16)) keys.push(`${call} · ${facet}`);
  if ((found.kind === 'pod-access' || found.kind === 'credentials') && activity.namespace !== undefined) keys.push(`${call} · in ${activity.namespace}`);
  return keys;
}
