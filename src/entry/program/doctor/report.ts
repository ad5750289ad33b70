/** What a doctor says: each check with a verdict, a sentence, and a cure where something is wrong. */

export type Verdict = 'ok' | 'warn' | 'fail';

export interface DoctorCheck {
  /** What was looked at: `stream`, `route /ecs/checkout`. */
  name: string;
  verdict: Verdict;
  sentence: string;
  cure?: string;
}

export interface DoctorReport {
  stack: string;
  checks: DoctorCheck[];
  /** The worst of the checks. */
  verdict: Verdict;
}

export const ok = (name: string, sentence: string): DoctorCheck => ({ name, verdict: 'ok', sentence });
export const warn = (name: string, sentence: string, cure: string): DoctorCheck => ({ name, verdict: 'warn', sentence, cure });
export const fail = (name: string, sentence: string, cure: string): DoctorCheck => ({ name, verdict: 'fail', sentence, cure });

export function worst(checks: readonly DoctorCheck[]): Verdict {
  if (checks.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return checks.some(({ verdict }) => verdict === 'warn') ? 'warn' : 'ok';
}
