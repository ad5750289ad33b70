/** Stage inhibit: what another alert, or a deployment, explains is not told. */
import { decide } from './decide.ts';
import type { Draft, Fold } from './fold.ts';
import type { AlertRecord } from './state.ts';

export function inhibit(fold: Fold, draft: Draft): void {
  const { inhibitor, nowMs } = fold;
  draft.alerts = draft.alerts.filter((record) => {
    const rule = inhibitor.inhibits(record.labels, nowMs) ?? (isDeployment(fold, record) ? 'a deployment explains a new program' : undefined);
    if (rule !== undefined) decide(record, nowMs, 'inhibit', 'inhibited', rule);
    return rule === undefined;
  });
}

/** A story of more than what a deployment brings is told whole. */
function isDeployment({ settings, state }: Fold, record: AlertRecord): boolean {
  if (!settings.inhibit.deployments || !record.isExplained) return false;
  const incident = state.incidents.get(record.incident);
  return incident === undefined || incident.alerts.every((id) => state.alerts.get(id)?.isExplained !== false);
}
