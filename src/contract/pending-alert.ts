/** Pending alerts: saved with the step that found them, delivered after it, at least once. */
import type { Alert } from './alert.ts';

export interface PendingAlert {
  /** Ascending from 1 over the whole life of a state; gaps may stand where alerts were dropped. */
  number: number;
  alert: Alert;
}

/** Pending alerts behind a number, in ascending order, as many as fit; none where there are no more for now. */
export type PendingAlerts = (afterNumber: number) => Promise<readonly PendingAlert[]>;
