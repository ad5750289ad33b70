/** True counts of alerts that nobody is told of one by one. */
import { severities, type Severity } from '#contract';
import type { Tally } from './state.ts';

/** Names counted by themselves; names can be an attacker's, so the others share one count. */
const mostNames = 500;
const otherNames = 'others';

export function emptyTally(): Tally {
  return { bySeverity: {}, byName: [] };
}

// Names of a tally that is being added to; made anew after unpacking.
const places = new WeakMap<Tally, Map<string, [name: string, count: number]>>();

export function addTo(tally: Tally, severity: Severity, name: string, count = 1): void {
  tally.bySeverity[severity] = (tally.bySeverity[severity] ?? 0) + count;
  addName(tally, name, count);
}

function addName(tally: Tally, name: string, count: number): void {
  let byName = places.get(tally);
  if (byName === undefined) places.set(tally, (byName = new Map(tally.byName.map((entry) => [entry[0], entry]))));
  const own = byName.has(name) || byName.size < mostNames ? name : otherNames;
  const entry = byName.get(own);
  if (entry !== undefined) entry[1] += count;
  else {
    const made: [string, number] = [own, count];
    byName.set(own, made);
    tally.byName.push(made);
  }
}

/** Adds all of one to another. */
export function merge(into: Tally, from: Tally): void {
  for (const severity of severities) {
    const count = from.bySeverity[severity] ?? 0;
    if (count > 0) into.bySeverity[severity] = (into.bySeverity[severity] ?? 0) + count;
  }
  for (const [name, count] of from.byName) addName(into, name, count);
}

export function totalOf({ bySeverity }: Tally): number {
  return severities.reduce((sum, severity) => sum + (bySeverity[severity] ?? 0), 0);
}
