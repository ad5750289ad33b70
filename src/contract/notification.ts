/** Notifications: what the alerting pipeline decided that people receive, before any service's form is given to it. */
import type { Alert } from './alert.ts';
import type { Severity } from './detector.ts';
import type { JsonValue } from './json.ts';

/** Why something is sent; the first five are Alertmanager's words. */
export const notificationReasons = [
  'first notification', 'new alerts added', 'some alerts resolved', 'all alerts resolved', 'repeat interval elapsed', 'severity rose', 'digest', 'test',
] as const;
export type NotificationReason = (typeof notificationReasons)[number];

/** Alerts of one cause, told in order. */
export interface Incident {
  /** Stable over its life: hashed of what it is about and the first alert. */
  id: string;
  severity: Severity;
  status: 'firing' | 'resolved';
  /** Event time, milliseconds. */
  firstMs: number;
  lastMs: number;
  /** In order of first seen; at most 20 of them. */
  alerts: Alert[];
  /** All of them. */
  alertCount: number;
}

export interface Notification {
  /** The same over all updates of one message or thread: receiver and group, hashed; 32 hex digits. */
  key: string;
  /** Rises with each notification of a key, from 1; `key` and `sequence` together tell repeats. */
  sequence: number;
  receiver: string;
  reason: NotificationReason;
  status: 'firing' | 'resolved';
  /** Release time of the decision, milliseconds. */
  timeMs: number;
  /** Labels that all alerts of the group share. */
  groupLabels: Record<string, string>;
  /** The gravest first; at most 10. */
  incidents: Incident[];
  incidentCount: number;
  /** For a digest: what was not sent one by one, by severity and by service (the 20 with most). */
  digest?: { bySeverity: Partial<Record<Severity, number>>; byName: [name: string, count: number][]; sinceMs: number };
}

/** An output for people: one message a notification, updated or threaded where the service can. */
export interface Notifier {
  name: string;
  /** Notifications it may be sent at once, never two of one key; as of a sink. */
  concurrency?: number;
  /**
   * Delivers, or throws `SinkError`. `receipt` is what the last delivery of the same key returned (an id to update or to
   * thread under; at most 1 KB of JSON), undefined for the first; what is returned is kept. `keep` keeps one before that: of a
   * message that has gone, while something that may take long or break off still follows it, so that no crash sends it again.
   */
  notify(notification: Notification, receipt: JsonValue | undefined, keep?: (receipt: JsonValue) => Promise<void>): Promise<JsonValue | undefined>;
  close?(): Promise<void>;
}

/** A fact of a message, as plain text without any markup; whole facts are left out where room is short, the last first. */
export interface Fact {
  kind: 'what' | 'whom' | 'unusual' | 'story' | 'history' | 'look' | 'deployment' | 'when' | 'quiet' | 'attack' | 'count' | 'ids';
  /** Short heading in the reader's language; absent where the text speaks for itself. */
  label?: string;
  text: string;
}

/** A series with its usual band, to be drawn. */
export interface Picture {
  /** Values over equal steps of time, oldest first, at most 60; null where unknown. */
  points: (number | null)[];
  low: number | null;
  high: number | null;
  unit: string;
  /** Over which time, in the reader's language. */
  caption?: string;
  /** What is drawn in words, for those who do not see it. */
  description?: string;
}

/** A notification in words, in one language, before escaping. */
export interface Message {
  /** At most 120 characters: what happened to whom. Begins with the mark of a test where it is one. */
  title: string;
  severity: Severity;
  status: 'firing' | 'resolved';
  /** In order of importance. Together under 600 characters up to `more`; behind it what is shown on demand or where there is room. */
  facts: Fact[];
  more: Fact[];
  picture?: Picture;
}
