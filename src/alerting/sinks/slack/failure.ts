/** What Slack's answers mean: `ok: false` is a failure whatever the status says. */
import { SinkError } from '#contract';
import type { Answer } from '../../http/failure.ts';
import { boundedWaitMs } from '../../http/failure.ts';
import { clip, sanitize } from '../../text.ts';

export interface SlackAnswer {
  ok: boolean;
  error: string;
  ts: string | undefined;
  channel: string | undefined;
}

/** Errors that pass by themselves; all others stand until somebody changes something. */
const passing = /^(?:rate_?limited|internal_error|fatal_error|service_unavailable|request_timeout|team_added_to_org|rollup_error)$/;
/** The message that is to be changed is not there, or may no longer be changed: it is sent anew. */
const lost = /^(?:message_not_found|cant_update_message|edit_window_closed|thread_not_found|is_inactive)$/;
const cures: readonly [RegExp, string, string][] = [
  [/^(?:not_authed|invalid_auth|account_inactive|token_revoked|token_expired|no_permission|org_login_required)$/, 'denied', 'the token is not valid (any more)'],
  [/^(?:missing_scope|not_allowed_token_type|ekm_access_denied|access_denied)$/, 'denied', 'the token lacks the scope chat:write'],
  [/^(?:channel_not_found|not_in_channel|restricted_action.*)$/, 'denied', 'there is no such channel for this app; invite it with /invite'],
  [/^is_archived$/, 'gone', 'the channel is archived'],
  [/^(?:msg_too_long|msg_blocks_too_long)$/, 'too-large', 'the message is longer than Slack takes'],
];

/** The Web API's answer; undefined where it is none. */
export function slackAnswer({ text }: Pick<Answer, 'text'>): SlackAnswer | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || !('ok' in parsed) || typeof parsed.ok !== 'boolean') return undefined;
    const field = (name: string): string | undefined => {
      const value = Object.hasOwn(parsed, name) ? (parsed as Record<string, unknown>)[name] : undefined;
      return typeof value === 'string' && value.length <= 100 ? value : undefined;
    };
    return { ok: parsed.ok, error: field('error') ?? 'unknown_error', ts: field('ts'), channel: field('channel') };
  } catch {
    return undefined;
  }
}

/** Is the failure that of a message which cannot be changed? */
export function isLost(error: unknown): boolean {
  return error instanceof SinkError && error.code === 'message-lost';
}

/** The failure inside an answer of the Web API; undefined for success, and where the status says enough. */
export function apiFailure(answer: Answer, host: string): SinkError | undefined {
  const found = slackAnswer(answer);
  if (found === undefined) {
    // Something else answered in Slack's place, as the door of a hotel's network does.
    return answer.status >= 200 && answer.status < 300 ? new SinkError('answer-unreadable', `${host} answered something that is not of Slack's Web API.`, true) : undefined;
  }
  if (found.ok) return undefined;
  const name = clip(sanitize(found.error), 60);
  const said = `${host} answered ok: false (${name})`;
  if (lost.test(found.error)) return new SinkError('message-lost', `${said}: the message to change is not there any more.`, false);
  if (passing.test(found.error)) {
    const seconds = Number(answer.headers['retry-after'] ?? NaN);
    return new SinkError(found.error.startsWith('rate') ? 'rate-limited' : 'receiver-failed', `${said}; the same request may succeed later.`, true, boundedWaitMs(seconds * 1_000));
  }
  const cure = cures.find(([pattern]) => pattern.test(found.error));
  return new SinkError(cure?.[1] ?? 'rejected', `${said}${cure === undefined ? '' : `: ${cure[2]}`}.`, false);
}

/** Incoming webhooks answer `ok`; a page or a refusal with status 200 is none. */
export function hookFailure(answer: Answer, host: string): SinkError | undefined {
  if (answer.status !== 200) return undefined;
  if (slackAnswer(answer)?.ok === false) return apiFailure(answer, host);
  return /^\s*(?:<|no_|invalid_|channel_|action_)/.test(answer.text) ? new SinkError('answer-unreadable', `${host} answered something that is not of Slack's webhooks.`, true) : undefined;
}
