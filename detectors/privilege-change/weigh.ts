/** Weighing: whether an act is news for this principal, and how much. */
import type { ApiActivity, SetView } from '#contract';
import type { Act, Gravity } from './act.ts';
import { keysOf } from './acts.ts';
import type { Strictness } from './callers.ts';
import { milder, type Weight } from './sentences.ts';

/** Half and above deserves an alarm; the order among kinds is what counts. */
const scores: Readonly<Record<Gravity, number>> = { wrong: 0.95, grave: 0.8, notable: 0.6 };

/** The service was busy or the thing already there: nothing was tried that did not work. */
const harmlessFailure = /throttl|rateexceeded|requestlimit|toomanyrequests|serviceunavailable|internal(?:error|failure|server)|alreadyexists|resourceinuse|unmodifiable|expired/i;

/** Undefined where the act is usual, or too little is known to call it unusual. */
export function weigh(act: Act, activity: ApiActivity, calls: SetView, strictness: Strictness): Weight | undefined {
  const { outcome, errorCode = '' } = activity;
  const isLearning = !calls.isReady;
  if (outcome === 'failure' && (act.gravity === 'notable' || harmlessFailure.test(errorCode))) return undefined;
  if (outcome === 'denied' && act.gravity === 'notable') return undefined;
  if (isLearning && (act.gravity === 'notable' || strictness === 'lenient')) return undefined;
  // What hardly anybody does is no routine of this principal because another one does it.
  const isLent = calls.isBorrowed && act.gravity === 'wrong';
  if (!isLent && keysOf(activity).every((key) => calls.of(key).isUsual)) return undefined;
  const isMilder = (isLearning && act.gravity !== 'wrong') || (outcome === 'failure' && act.gravity !== 'wrong');
  const base = scores[act.gravity];
  return { score: isLearning ? base - 0.1 : base, severity: isMilder ? milder(act.severity) : act.severity, isLearning };
}
