/** Stage deduplicate: whether there is anything to say that was not said; Alertmanager's reasons in its order. */
import type { NotificationReason, Severity } from '#contract';
import { decide } from './decide.ts';
import { isOver, type Draft, type Fold } from './fold.ts';
import type { AlertRecord, LogEntry } from './state.ts';
import { graver, rankOf } from './story.ts';

export function deduplicate(fold: Fold, draft: Draft): void {
  const { state, settings, nowMs } = fold;
  const sendResolved = settings.receivers[draft.route.receiver]?.sendResolved ?? true;
  const entry = state.log.get(draft.group.id);
  const firing = draft.alerts.filter((record) => !isOver(record, nowMs));
  const resolved = draft.alerts.filter((record) => isOver(record, nowMs));
  const hasRisen = settings.inhibit.stories && entry !== undefined && rankOf(gravestOf(fold, firing)) > rankOf(entry.severity);
  const reason = reasonFor(entry, firing, endsIn(fold, firing, resolved), {
    sendResolved, hasRisen, hasUntold: draft.group.untold !== undefined, isRepeatDue: entry !== undefined && entry.timeMs < nowMs - draft.route.repeatIntervalMs,
  });
  if (reason !== undefined) {
    draft.reason = reason;
    return;
  }
  for (const record of draft.alerts) decide(record, nowMs, 'deduplicate', 'nothing new to tell', draft.route.path);
  draft.alerts = [];
}

/** A story is not over by parts: where alerts are told as stories, an end is news once nothing of the story fires any more. */
function endsIn({ settings }: Fold, firing: readonly AlertRecord[], resolved: readonly AlertRecord[]): readonly AlertRecord[] {
  if (!settings.inhibit.stories) return resolved;
  const open = new Set(firing.map(({ incident }) => incident));
  return resolved.filter(({ incident }) => !open.has(incident));
}

interface Circumstances {
  sendResolved: boolean;
  hasRisen: boolean;
  /** Alerts came that are counted only. */
  hasUntold: boolean;
  isRepeatDue: boolean;
}

function reasonFor(entry: LogEntry | undefined, firing: readonly AlertRecord[], resolved: readonly AlertRecord[], { sendResolved, hasRisen, hasUntold, isRepeatDue }: Circumstances): NotificationReason | undefined {
  if (entry === undefined) return firing.length > 0 ? 'first notification' : undefined;
  const told = new Set(entry.firing);
  if (firing.some(({ id }) => !told.has(id)) || (hasUntold && firing.length > 0)) return told.size === 0 ? 'first notification' : 'new alerts added';
  if (firing.length === 0) return told.size > 0 ? 'all alerts resolved' : undefined;
  const toldResolved = new Set(entry.resolved);
  if (sendResolved && resolved.some(({ id }) => !toldResolved.has(id))) return 'some alerts resolved';
  if (hasRisen) return 'severity rose';
  return isRepeatDue ? 'repeat interval elapsed' : undefined;
}

/** The gravest story that alerts are part of; of alerts that are no stories, the gravest. */
export function gravestOf({ state, settings }: Fold, records: readonly AlertRecord[]): Severity {
  return records.reduce<Severity>((severity, record) => graver(severity, (settings.inhibit.stories ? state.incidents.get(record.incident)?.severity : undefined) ?? record.severity), 'low');
}
