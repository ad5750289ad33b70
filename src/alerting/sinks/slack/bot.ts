/** Messages of a bot by the Web API: one a key that changes, and a thread of what came later. */
import { FargazerError, type Clock, type JsonValue, type Message, type Notification, type Notifier } from '#contract';
import { below } from '../../http/below.ts';
import { httpAddress, postJson, type Answer } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import type { Reader } from '../../message/moment.ts';
import { pictureFile } from '../../message/picture-file.ts';
import { pictures } from '../../message/pictures.ts';
import { slackContent, still } from './blocks.ts';
import { apiFailure, isLost, slackAnswer } from './failure.ts';
import type { SlackOptions } from './index.ts';
import { fingerprint, sharing } from './picture.ts';

interface Receipt {
  channel: string;
  ts: string;
  /** Of the last notification told in the thread. */
  sequence: number;
  /** Fingerprint of the picture that was put into the thread last. */
  picture?: string;
}

export function slackBot({ token, channel, apiUrl = 'https://slack.com/api', timeoutMs, allowPrivate }: SlackOptions, reader: Reader, clock: Clock): Notifier['notify'] {
  if (token === undefined || channel === undefined) throw new FargazerError('config-invalid', 'slack needs either url (an incoming webhook) or token and channel (a bot).');
  const base = httpAddress(apiUrl, 'slack');
  const settings = { timeoutMs, allowPrivate, clock, headers: { authorization: `Bearer ${token}` }, understand: (answer: Answer) => apiFailure(answer, base.hostname) };
  const call = (method: string, body: object): Promise<Answer> => postJson(below(base, method), body, settings);
  const drawing = pictures(clock);
  const share = sharing(base, settings);

  const post = async (message: Message, sequence: number): Promise<Receipt | undefined> => {
    const answer = slackAnswer(await call('chat.postMessage', { channel, ...slackContent(message, reader.locale, true), ...still }));
    return answer?.ts === undefined ? undefined : { channel: answer.channel ?? channel, ts: answer.ts, sequence };
  };

  async function tell(message: Message, { sequence }: Notification, receipt: Receipt | undefined): Promise<Receipt | undefined> {
    if (receipt === undefined) return post(message, sequence);
    const at = { channel: receipt.channel };
    try {
      // The message shows how things are; `parse` is `client` by default here alone.
      await call('chat.update', { ...at, ts: receipt.ts, ...slackContent(message, reader.locale, true), parse: 'none' });
    } catch (error) {
      if (isLost(error)) return post(message, sequence);
      throw error;
    }
    // A change makes no sound; the thread tells that there is something new.
    if (sequence > receipt.sequence) await call('chat.postMessage', { ...at, thread_ts: receipt.ts, ...slackContent(message, reader.locale, false), ...still });
    return { ...receipt, sequence: Math.max(sequence, receipt.sequence) };
  }

  return async (notification, given, keep): Promise<JsonValue | undefined> => {
    const message = await compose(notification, reader);
    const receipt = await tell(message, notification, receiptOf(given));
    if (receipt === undefined || message.picture === undefined) return receipt && { ...receipt };
    const file = pictureFile(message.picture);
    const picture = fingerprint(file);
    if (receipt.picture === picture) return { ...receipt };
    // The message has gone; what follows takes three requests, and is nobody's loss.
    await keep?.({ ...receipt });
    const isShared = await drawing.beside(() => share(file, receipt));
    return isShared === undefined ? { ...receipt } : { ...receipt, picture };
  };
}

/** A receipt of ours; anything else counts as none. */
function receiptOf(given: JsonValue | undefined): Receipt | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const { channel, ts, sequence, picture } = given;
  if (typeof channel !== 'string' || typeof ts !== 'string' || typeof sequence !== 'number') return undefined;
  return { channel, ts, sequence, ...(typeof picture === 'string' ? { picture } : {}) };
}
