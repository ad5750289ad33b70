/** The output `slack`: by incoming webhook a message each, by bot token one message that changes, with a thread of what came later. */
import { FargazerError, systemClock, type Clock, type JsonValue, type Notification, type Notifier } from '#contract';
import type { HttpOptions } from '../../http/options.ts';
import { httpAddress, postJson, type Answer } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import { readerOf, type ReaderOptions } from '../../message/reader-options.ts';
import { slackContent, type SlackContent } from './blocks.ts';
import { apiFailure, hookFailure, isLost, slackAnswer } from './failure.ts';

export interface SlackOptions extends HttpOptions, ReaderOptions {
  url?: string | undefined;
  token?: string | undefined;
  channel?: string | undefined;
  apiUrl?: string | undefined;
}

interface Receipt {
  channel: string;
  ts: string;
  /** Of the last notification told in the thread. */
  sequence: number;
}

/** Nothing in a text is looked for or unfolded. */
const still = { unfurl_links: false, unfurl_media: false };

export function slack(options: SlackOptions, { clock = systemClock }: { clock?: Clock } = {}): Notifier {
  const reader = readerOf(options);
  const send = options.url === undefined ? byBot(options, clock) : byHook(options, options.url, clock);
  return {
    name: 'slack',
    async notify(notification, receipt) {
      const message = await compose(notification, reader);
      return send(slackContent(message, reader.locale, true), slackContent(message, reader.locale, false), notification, receipt);
    },
  };
}

type Send = (content: SlackContent, brief: SlackContent, notification: Notification, receipt: JsonValue | undefined) => Promise<JsonValue | undefined>;

function byHook({ timeoutMs, allowPrivate }: SlackOptions, url: string, clock: Clock): Send {
  const target = httpAddress(url, 'slack');
  const settings = { timeoutMs, allowPrivate, clock, understand: (answer: Answer) => hookFailure(answer, target.hostname) };
  return async (content) => {
    await postJson(target, { ...content, ...still }, settings);
    return undefined;
  };
}

function byBot({ token, channel, apiUrl = 'https://slack.com/api', timeoutMs, allowPrivate }: SlackOptions, clock: Clock): Send {
  if (token === undefined || channel === undefined) throw new FargazerError('config-invalid', 'slack needs either url (an incoming webhook) or token and channel (a bot).');
  const base = httpAddress(apiUrl, 'slack');
  const call = async (method: string, body: object): Promise<Answer> => {
    const target = new URL(`${base.pathname.replace(/\/$/, '')}/${method}`, base);
    return postJson(target, body, {
      timeoutMs, allowPrivate, clock, headers: { authorization: `Bearer ${token}` }, understand: (answer) => apiFailure(answer, target.hostname),
    });
  };
  const post = async (content: SlackContent, sequence: number): Promise<JsonValue | undefined> => {
    const answer = slackAnswer(await call('chat.postMessage', { channel, ...content, ...still }));
    return answer?.ts === undefined ? undefined : { channel: answer.channel ?? channel, ts: answer.ts, sequence };
  };
  return async (content, brief, { sequence }, given) => {
    const receipt = receiptOf(given);
    if (receipt === undefined) return post(content, sequence);
    const at = { channel: receipt.channel };
    try {
      // The message shows how things are; `parse` is `client` by default here alone.
      await call('chat.update', { ...at, ts: receipt.ts, ...content, parse: 'none' });
    } catch (error) {
      if (isLost(error)) return post(content, sequence);
      throw error;
    }
    // A change makes no sound; the thread tells that there is something new.
    if (sequence > receipt.sequence) await call('chat.postMessage', { ...at, thread_ts: receipt.ts, ...brief, ...still });
    return { ...receipt, sequence: Math.max(sequence, receipt.sequence) };
  };
}

/** A receipt of ours; anything else counts as none. */
function receiptOf(given: JsonValue | undefined): Receipt | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const { channel, ts, sequence } = given;
  return typeof channel === 'string' && typeof ts === 'string' && typeof sequence === 'number' ? { channel, ts, sequence } : undefined;
}
