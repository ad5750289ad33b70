/**
 * The alerting pipeline, from alerts to messages that people receive: one fold over pending alerts in order of their
 * numbers and of release time. It has no clock, so a replay shows what people would have received, and when; its state is
 * plain JSON, so any number of processes decide the same, one after the other, however the walk is cut into steps.
 */
import type { Alert, AlertingSettings, JsonValue, Notification, PendingAlert, Silence } from '#contract';
import { cap, dueDigests, nextDigestMs, withhold } from './stages/cap.ts';
import { deduplicate } from './stages/deduplicate.ts';
import { DueGroups } from './stages/due-groups.ts';
import type { ArrivalStage, Draft, FlushStage, Fold } from './stages/fold.ts';
import { forget, hasNothing, tidyEveryMs } from './stages/forget.ts';
import { group } from './stages/group.ts';
import { eventMs, receive } from './stages/incident.ts';
import { inhibit } from './stages/inhibit.ts';
import { Inhibitor } from './stages/inhibitor.ts';
import { labelsOf } from './stages/labels.ts';
import { mute, mutedBy, MuteTimes } from './stages/mute-times.ts';
import { note, notificationOf } from './stages/notification.ts';
import { packState, resume, unpackState } from './stages/pack.ts';
import { resolve } from './stages/resolve.ts';
import { route } from './stages/route.ts';
import { RouteTree } from './stages/route-tree.ts';
import { silence, Silencer } from './stages/silencer.ts';
import { standardLimits, State, type Decision, type GroupRecord, type Limits } from './stages/state.ts';
import { merge } from './stages/tally.ts';

export type { Decision, StageName } from './stages/state.ts';
export { newSilence, type SilenceRequest } from './stages/silencer.ts';

/** An alert that comes: after `receive` has filed it under its *incident* it is routed, and grouped with others. */
const whenItComes: readonly ArrivalStage[] = [
  route, // the tree of routes says to whom
  group, // what belongs together is one message, which waits for the others
];

/** A group that is due, in Alertmanager's order. What is left in the end is told; what is over then leaves the group (`resolve`). */
const whenItIsDue: readonly FlushStage[] = [
  inhibit, // explained by another alert, or by a deployment
  mute, // not at this time
  silence, // somebody does not want it for a while
  deduplicate, // said before; else it gets its reason
  cap, // more than people can read goes into a digest
];

/** A message to deliver; numbers ascend from 1 without gaps over the whole life of a state. */
export interface PendingNotification {
  number: number;
  notification: Notification;
}

export class Pipeline {
  readonly #fold: Fold;
  /** Taken and not yet walked; not part of the state: whoever resumes gives again what lies behind `through`. */
  #waiting: PendingAlert[] = [];
  #taken: number;

  constructor(settings: AlertingSettings, limits: Partial<Limits> = {}, packed?: JsonValue) {
    const state = new State();
    if (packed !== undefined) unpackState(state, packed);
    this.#fold = {
      settings,
      limits: { ...standardLimits, ...limits },
      state,
      routes: new RouteTree(settings.route),
      inhibitor: new Inhibitor(settings.inhibit, state.alerts),
      muteTimes: new MuteTimes(settings.muteTimes),
      silencer: new Silencer(state.silences),
      due: new DueGroups(),
      nowMs: state.walkedMs,
    };
    this.#taken = state.through;
    resume(this.#fold);
  }

  /** Takes alerts in ascending order of their numbers; what was taken before is passed over. */
  take(alerts: readonly PendingAlert[]): void {
    for (const pending of alerts) {
      if (pending.number <= this.#taken) continue;
      this.#taken = pending.number;
      this.#waiting.push(pending);
    }
  }

  /** Walks to a release time, milliseconds; everything released up to it has been taken. */
  walkTo(releaseMs: number): PendingNotification[] {
    const { state, due } = this.#fold;
    const told: PendingNotification[] = [];
    let walked = 0;
    const isAlive = (one: GroupRecord): boolean => state.groups.get(one.id) === one;
    for (;;) {
      const pending = this.#waiting[walked];
      const alertMs = pending === undefined ? Infinity : this.#timeOf(pending);
      const groupMs = due.nextMs(isAlive);
      const digestMs = nextDigestMs(this.#fold);
      const tidyMs = hasNothing(this.#fold) ? Infinity : state.tidyMs;
      const nextMs = Math.min(alertMs, groupMs, digestMs, tidyMs);
      if (!(nextMs <= releaseMs)) break;
      this.#fold.nowMs = state.walkedMs = Math.max(state.walkedMs, nextMs);
      if (pending !== undefined && alertMs === nextMs) {
        this.#arrive(pending);
        walked += 1;
      } else if (groupMs === nextMs) this.#flush(due.take(), told);
      else if (digestMs === nextMs) for (const digest of dueDigests(this.#fold)) this.#tell(digest, told);
      else {
        forget(this.#fold);
        state.tidyMs = state.walkedMs + tidyEveryMs;
      }
    }
    this.#waiting = this.#waiting.slice(walked);
    if (releaseMs > state.walkedMs) state.walkedMs = releaseMs;
    this.#fold.nowMs = state.walkedMs;
    return told;
  }

  /** What was decided of an alert, in order; none where it was never seen, or is long over. */
  decisionsOf(alertId: string): readonly Decision[] {
    const { state } = this.#fold;
    return (state.alerts.get(alertId) ?? state.closed.get(alertId))?.decisions ?? [];
  }

  /** The incident that an alert is part of; undefined where it is not known (any more). */
  incidentOf(alertId: string): string | undefined {
    const { state } = this.#fold;
    const incident = state.alerts.get(alertId)?.incident ?? state.closed.get(alertId)?.incident;
    return incident === '' ? undefined : incident;
  }

  /** Where an alert would go now: each route by its path in the configuration, and its receiver. */
  routesOf(alert: Alert): { path: string; receiver: string }[] {
    return this.#fold.routes.match(labelsOf(alert, '', alert.severity)).map(({ path, receiver }) => ({ path, receiver }));
  }

  /** Adds a silence (see `newSilence`), or changes nothing where it is known; false where there are too many. */
  silence(silence: Silence): boolean {
    const { state, limits } = this.#fold;
    if (state.silences.has(silence.id)) return true;
    this.#fold.silencer.forgetOver(state.walkedMs);
    if (state.silences.size >= limits.silences) return false;
    state.silences.set(silence.id, structuredClone(silence));
    return true;
  }

  /** Ends a silence at a release time; false where there is none that would hold then. */
  endSilence(id: string, atMs: number): boolean {
    const { state } = this.#fold;
    const silence = state.silences.get(id);
    if (silence === undefined || silence.endsMs <= atMs) return false;
    state.silences.set(id, { ...silence, endsMs: atMs });
    return true;
  }

  /** Those that hold, will hold, or held not long ago. */
  silences(): readonly Silence[] {
    return [...this.#fold.state.silences.values()];
  }

  /** Number of the last alert that was walked: who resumes gives the alerts behind it. */
  get through(): number {
    return this.#fold.state.through;
  }

  /** Release time walked to, milliseconds. */
  get walkedMs(): number {
    return this.#fold.state.walkedMs;
  }

  /** Number of the last notification. */
  get notifications(): number {
    return this.#fold.state.notifications;
  }

  /** A few megabytes at most. */
  pack(): JsonValue {
    return packState(this.#fold.state);
  }

  /** Goes on where a state ended; the settings may be others. Throws `state-newer` and `state-damaged`. */
  static unpack(settings: AlertingSettings, packed: JsonValue, limits: Partial<Limits> = {}): Pipeline {
    return new Pipeline(settings, limits, packed);
  }

  /** The engine lets nobody date an event more than minutes ahead, so nothing is held up for long. */
  #timeOf({ alert, releaseMs }: PendingAlert): number {
    const { walkedMs } = this.#fold.state;
    const timeMs = releaseMs ?? eventMs(alert.lastSeen, Infinity);
    return Number.isFinite(timeMs) ? Math.max(timeMs, walkedMs) : walkedMs;
  }

  #arrive(pending: PendingAlert): void {
    const { state, nowMs } = this.#fold;
    state.through = pending.number;
    this.#planTidying();
    const arrival = receive(this.#fold, pending.alert, Math.min(pending.releaseMs ?? nowMs, nowMs));
    if (arrival !== undefined) for (const stage of whenItComes) stage(this.#fold, arrival);
  }

  #flush(group: GroupRecord | undefined, told: PendingNotification[]): void {
    if (group === undefined) return;
    const { state, routes, due, nowMs } = this.#fold;
    const route = routes.get(group.route) ?? routes.root;
    group.hasFlushed = true;
    group.dueMs = nowMs + route.groupIntervalMs;
    due.add(group);
    const draft: Draft = { group, route, alerts: group.alerts.flatMap((id) => state.alerts.get(id) ?? []) };
    if (draft.alerts.length === 0) this.#countUntold(draft);
    for (const stage of whenItIsDue) if (draft.alerts.length > 0) stage(this.#fold, draft);
    if (draft.verdict === 'later') return;
    if (draft.verdict !== undefined && draft.reason !== undefined) {
      const isSent = draft.verdict === 'send';
      if (isSent) delete group.untold;
      const entry = note(this.#fold, draft, isSent);
      if (isSent) this.#tell(notificationOf(this.#fold, draft, draft.reason, entry), told);
    }
    resolve(this.#fold, group);
  }

  /** Alerts that were counted in a group of which nothing else is left. */
  #countUntold({ group, route }: Draft): void {
    const { untold } = group;
    if (untold === undefined || mutedBy(this.#fold, route) !== undefined) return;
    withhold(this.#fold, route, (tally) => merge(tally, untold), undefined);
    delete group.untold;
  }

  #tell(notification: Notification, told: PendingNotification[]): void {
    this.#fold.state.notifications += 1;
    told.push({ number: this.#fold.state.notifications, notification });
  }

  /** At whole multiples, so that it does not depend on when what came. */
  #planTidying(): void {
    const { state } = this.#fold;
    if (state.tidyMs <= state.walkedMs) state.tidyMs = (Math.floor(state.walkedMs / tidyEveryMs) + 1) * tidyEveryMs;
  }
}
