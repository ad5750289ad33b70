/** What the stages work on, and what goes from one to the next. */
import type { Alert, AlertingSettings, NotificationReason } from '#contract';
import type { Inhibitor } from './inhibitor.ts';
import type { MuteTimes } from './mute-times.ts';
import type { RouteNode, RouteTree } from './route-tree.ts';
import type { Silencer } from './silencer.ts';
import type { AlertRecord, GroupRecord, IncidentRecord, Limits, State } from './state.ts';
import type { DueGroups } from './due-groups.ts';

export interface Fold {
  readonly settings: AlertingSettings;
  readonly limits: Limits;
  readonly state: State;
  readonly routes: RouteTree;
  readonly inhibitor: Inhibitor;
  readonly muteTimes: MuteTimes;
  readonly silencer: Silencer;
  readonly due: DueGroups;
  /** Release time, milliseconds. */
  nowMs: number;
}

/** An alert on its way in. */
export interface Arrival {
  /** Absent where a known alert is only routed anew. */
  alert?: Alert;
  /** Absent where there is no room for one more: then it is counted. */
  record?: AlertRecord;
  /** Absent where there was no room for one more. */
  incident?: IncidentRecord;
  /** Alerts that have to be looked at with it, because the severity of their story rose. */
  others: AlertRecord[];
  /** For each of them and for the alert itself: where they go. */
  ways: { record: AlertRecord; routes: readonly RouteNode[] }[];
}

/** A message on its way out. */
export interface Draft {
  group: GroupRecord;
  route: RouteNode;
  /** What is still to be told. */
  alerts: readonly AlertRecord[];
  reason?: NotificationReason;
  /** `later`: nothing is noted, so that it is tried again after the group's interval. */
  verdict?: 'send' | 'noted' | 'later';
}

export type ArrivalStage = (fold: Fold, arrival: Arrival) => void;
/** Leaves fewer alerts in the draft, or none. */
export type FlushStage = (fold: Fold, draft: Draft) => void;

/** Whether an alert is over; told the same way in all stages of one flush. */
export function isOver(record: AlertRecord, nowMs: number): boolean {
  return record.endsMs <= nowMs;
}
