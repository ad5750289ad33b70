/** The phrase for what is switched off, and the techniques it serves. */
import type { Severity } from '#contract';
import { act, type Act, type Gravity } from './act.ts';

/** Impair defences: disable or modify cloud logs. */
export const cloudLogs = 'T1562.008';
/** Impair defences: disable or modify tools. */
export const tools = 'T1562.001';

/** Something that watches, switched off unless told otherwise. */
export function off(thing: string, verbs = 'switched off|switch off', attack = cloudLogs, gravity: Gravity = 'wrong', severity: Severity = 'high'): Act {
  return act('watchers', gravity, severity, verbs, thing, attack);
}
export const deleted = 'deleted|delete';
export const changed = 'changed|change';
