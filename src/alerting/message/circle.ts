/** A severity as a coloured sign, for services that have no colours of their own. The word always stands beside it. */
import type { Message, Severity } from '#contract';

const circles: Readonly<Record<Severity | 'resolved', string>> = { critical: '🔴', high: '🟠', medium: '🟡', low: '🔵', resolved: '✅' };

export function circleOf({ severity, status }: Pick<Message, 'severity' | 'status'>): string {
  return circles[status === 'resolved' ? 'resolved' : severity];
}
