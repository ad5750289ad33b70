/** Pending alerts: saved with the step that found them, delivered after it, at least once. */
import type { Alert } from './alert.ts';

/** What is delivered under an id; a revision tells repeats from updates. */
export interface Deliverable {
  id: string;
  revision: number;
}

export interface PendingAlert<Item extends Deliverable = Alert> {
  /** Ascending from 1 over the whole life of a state; gaps may stand where alerts were dropped. */
  number: number;
  alert: Item;
  /** Release time at which it was found or changed, milliseconds; the alerting pipeline takes `lastSeen` where it is absent. */
  releaseMs?: number;
}

/** Pending alerts behind a number, in ascending order, as many as fit; none where there are no more for now. */
export type PendingAlerts<Item extends Deliverable = Alert> = (afterNumber: number) => Promise<readonly PendingAlert<Item>[]>;
