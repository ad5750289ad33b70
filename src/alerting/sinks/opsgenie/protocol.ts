/**
 * The protocol of Opsgenie's Alert API, which Jira Service Management speaks too: create, change or note, and close by alias.
 * Format: Opsgenie, "Alert API"; Jira Service Management ops, "Integration events" (create, note and close alone; `identifierType=alias`).
 * Answers are 202: requests are queued.
 */
import { SinkError, type Clock, type JsonValue, type Notifier } from '#contract';
import { below } from '../../http/below.ts';
import type { Answer } from '../../http/failure.ts';
import { httpAddress, postJson, type RequestSettings } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import { readerOf } from '../../message/reader-options.ts';
import type { Reader } from '../../message/moment.ts';
import { described, genieAlert, limits } from './alert.ts';

export interface GenieDependencies {
  clock?: Clock;
  lookup?: RequestSettings['lookup'];
}

export interface GenieSettings extends Partial<Reader> {
  name: string;
  /** Up to and without `/alerts`. */
  base: string;
  apiKey: string;
  tags?: readonly string[];
  timeoutMs?: number;
  allowPrivate?: boolean;
  /** Can an alert be rewritten? Where it cannot, news becomes a note. */
  canRewrite: boolean;
}

/** An alert of the key is there, so that the next notification changes it. */
const receipt = { created: true };

export function genie(settings: GenieSettings, dependencies: GenieDependencies = {}): Notifier {
  const { name, apiKey, tags = [], canRewrite } = settings;
  const base = httpAddress(settings.base, name);
  const reader = readerOf(settings);
  const requestSettings: RequestSettings = {
    headers: { authorization: `GenieKey ${apiKey}` }, secrets: [apiKey], understand: (answer) => queueFailure(answer, base.hostname), timeoutMs: settings.timeoutMs, allowPrivate: settings.allowPrivate, ...dependencies,
  };

  return {
    name,
    async notify(notification, before) {
      const message = await compose(notification, reader);
      /** Something of the alert of this key. */
      const send = (part: 'close' | 'notes' | 'message' | 'description', body: unknown, method: 'POST' | 'PUT'): Promise<unknown> => {
        const target = below(base, `alerts/${encodeURIComponent(notification.key)}/${part}`);
        target.searchParams.set('identifierType', 'alias');
        return postJson(target, body, { ...requestSettings, method });
      };
      const note = { source: 'fargazer', note: described(message, reader.locale, limits.note) };
      if (notification.status === 'resolved') {
        await send('close', note, 'POST');
        return undefined;
      }
      const alert = genieAlert(notification, message, reader.locale, tags);
      // Joins the open alert of this alias and changes nothing of it; where a person closed it, opens another.
      await postJson(below(base, 'alerts'), alert, requestSettings);
      if (!isReceipt(before)) return receipt;
      if (canRewrite) {
        await send('message', { message: alert.message }, 'PUT');
        await send('description', { description: alert.description }, 'PUT');
      } else {
        await send('notes', note, 'POST');
      }
      return receipt;
    },
  };
}

function isReceipt(value: JsonValue | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && value['created'] === true;
}

/** A queued request has an id; what says 2xx without one was not the service, or took nothing. */
function queueFailure({ status, text }: Answer, host: string): SinkError | undefined {
  if (status < 200 || status >= 300) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'requestId') : undefined;
    if (typeof id === 'string' && id !== '') return undefined;
  } catch {
    // Told below.
  }
  return new SinkError('rejected', `${host} answered ${status}, but did not take the request.`, false);
}
