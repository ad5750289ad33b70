/** How grave a story is: graver than its loudest part where its parts confirm each other. */
import { severities, type Severity } from '#contract';

export function rankOf(severity: Severity): number {
  return severities.indexOf(severity);
}

export function graver(left: Severity, right: Severity): Severity {
  return rankOf(left) >= rankOf(right) ? left : right;
}

/**
 * The gravest part's severity; one step more where the parts serve two tactics of an attack or come from two kinds of
 * evidence; one more again where it is three tactics and two kinds. One alert alone is as grave as it says.
 */
export function storySeverity(worst: Severity, alertCount: number, tactics: readonly string[], kinds: readonly string[]): Severity {
  if (alertCount < 2) return worst;
  const isCorroborated = kinds.length >= 2;
  const steps = (tactics.length >= 2 || isCorroborated ? 1 : 0) + (tactics.length >= 3 && isCorroborated ? 1 : 0);
  return severities[Math.min(rankOf(worst) + steps, severities.length - 1)] ?? worst;
}
