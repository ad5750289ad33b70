/** Sinks: each speaks one protocol and names its failures; grouping, retries and counting are not its business. */
import type { Alert } from './alert.ts';

export interface Sink {
  name: string;
  /** Alerts it may be sent at once, from 1; four where absent. With 1 they come in order: what appends to a file or a stream says so. */
  concurrency?: number;
  /** Delivers one alert, or throws `SinkError`. */
  send(alert: Alert): Promise<void>;
  close?(): Promise<void>;
}

/** A delivery that failed; `isRetryable` tells whether the same request may succeed later. */
export class SinkError extends Error {
  readonly code: string;
  readonly isRetryable: boolean;
  readonly retryAfterMs: number | undefined;
  constructor(code: string, message: string, isRetryable: boolean, retryAfterMs?: number) {
    super(message);
    this.name = 'SinkError';
    this.code = code;
    this.isRetryable = isRetryable;
    this.retryAfterMs = retryAfterMs;
  }
}
