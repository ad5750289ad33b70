/** Stage resolve: what is over and was told as over, or need not be, leaves its group. */
import { decide } from './decide.ts';
import { isOver, type Fold } from './fold.ts';
import type { GroupRecord } from './state.ts';

export function resolve({ state, nowMs }: Fold, group: GroupRecord): void {
  group.alerts = group.alerts.filter((id) => {
    const record = state.alerts.get(id);
    if (record === undefined) return false;
    if (!isOver(record, nowMs)) return true;
    record.groups = record.groups.filter((other) => other !== group.id);
    decide(record, nowMs, 'resolve', 'over', `lasted ${Math.max(0, Math.round((record.endsMs - record.startsMs) / 1_000))} s`);
    return false;
  });
}
