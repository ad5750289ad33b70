/** Outputs of the function that note what came to them, and sometimes do not answer. */
import { SinkError, type Alert, type Notification, type Notifier, type Sink } from '#contract';

/** What came, in order, repeats and all. */
export class Received {
  readonly alerts: Alert[] = [];
  /** By notifier. */
  readonly notifications = new Map<string, Notification[]>();

  constructor(notifiers: readonly string[]) {
    for (const name of notifiers) this.notifications.set(name, []);
  }
}

/** Sends over a network that fails as its caller is fated to. */
export type Send = (note: () => void) => Promise<void>;

export function outputsInto(received: Received, send: Send): { sinks: Sink[]; notifiers: Notifier[] } {
  return {
    sinks: [{ name: 'lines', send: (alert) => send(() => void received.alerts.push(structuredClone(alert))) }],
    notifiers: [...received.notifications].map(([name, list]) => ({
      name,
      async notify(notification, receipt) {
        await send(() => void list.push(structuredClone(notification)));
        return receipt ?? `${name} ${notification.key}`;
      },
    })),
  };
}

export const noAnswer = (): SinkError => new SinkError('timeout', 'No answer.', true);
