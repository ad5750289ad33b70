/**
 * The sink `alertmanager`: alerts for API v2 of Prometheus' Alertmanager, sent again while they fire and for five minutes after.
 * Format: prometheus/alertmanager, `docs/alerts_api.md`, "Expectations from clients"; to all members of a cluster, as its documentation asks.
 */
import { SinkError, systemClock, type Alert, type Clock, type Sink } from '#contract';
import { below } from '../../http/below.ts';
import { httpAddress, postJson, type RequestSettings } from '../../http/post.ts';
import type { AlertmanagerOptions } from './options.ts';
import { identityOf, postedAlert, type PostedAlert } from './posted-alert.ts';

export interface AlertmanagerDependencies {
  clock?: Clock;
  lookup?: RequestSettings['lookup'];
}

/** Of more alerts than these only the latest are sent again; the others end by themselves. */
const mostKept = 10_000;
/** As many as Prometheus puts into one request. */
const batchSize = 64;
/** How long what is over is sent again: what the documentation asks for. */
const resolvedAgainMs = 300_000;

interface Kept {
  alert: Alert;
  identity: string;
  /** Until when it is sent again; infinite while it fires. */
  untilMs: number;
}

export function alertmanager(options: AlertmanagerOptions, { clock = systemClock, lookup }: AlertmanagerDependencies = {}): Sink {
  const { resendMs = 60_000, staleMs = 3_600_000 } = options;
  const targets = [options.url].flat().map((url) => below(httpAddress(url, 'alertmanager'), 'api/v2/alerts'));
  const authorization = authorizationOf(options);
  const settings: RequestSettings = {
    ...(authorization === undefined ? {} : { headers: { authorization } }), secrets: [options.bearerToken ?? '', options.password ?? ''], clock,
    timeoutMs: options.timeoutMs, allowPrivate: options.allowPrivate, lookup,
  };
  const kept = new Map<string, Kept>();
  const stop = new AbortController();
  let resending: Promise<void> | undefined;

  /** Taken when one member of the cluster took it: the others get it with the next round. */
  async function post(alerts: readonly PostedAlert[]): Promise<void> {
    const outcomes = await Promise.allSettled(targets.map((target) => postJson(target, alerts, settings)));
    if (outcomes.some(({ status }) => status === 'fulfilled')) return;
    const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    throw errors.find((error) => error instanceof SinkError && error.isRetryable) ?? errors[0];
  }

  async function resend(): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(resendMs, stop.signal);
      const nowMs = clock.now();
      for (const [id, { untilMs }] of kept) if (untilMs < nowMs) kept.delete(id);
      const due = [...kept.values()].map(({ alert }) => postedAlert(alert, nowMs + staleMs));
      for (let start = 0; start < due.length && !stop.signal.aborted; start += batchSize) {
        // A failure is no news: whoever delivers hears of it with the next alert, and this comes round again.
        await post(due.slice(start, start + batchSize)).catch(() => undefined);
      }
    }
  }

  return {
    name: 'alertmanager',
    async send(alert) {
      const nowMs = clock.now();
      const posted = postedAlert(alert, nowMs + staleMs);
      const identity = identityOf(posted);
      const before = kept.get(alert.id);
      // A severity that grew is another identity: what went before it is over.
      const superseded = before !== undefined && before.identity !== identity ? [postedAlert({ ...before.alert, status: 'resolved', lastSeen: alert.lastSeen }, nowMs)] : [];
      await post([...superseded, posted]);
      kept.delete(alert.id);
      kept.set(alert.id, { alert, identity, untilMs: alert.status === 'resolved' ? nowMs + resolvedAgainMs : Infinity });
      for (const id of kept.keys()) {
        if (kept.size <= mostKept) break;
        kept.delete(id);
      }
      if (!stop.signal.aborted) resending ??= resend();
    },
    async close() {
      stop.abort();
      await resending;
    },
  };
}

function authorizationOf({ bearerToken, username, password }: AlertmanagerOptions): string | undefined {
  if (bearerToken !== undefined) return `Bearer ${bearerToken}`;
  return username === undefined ? undefined : `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
}
