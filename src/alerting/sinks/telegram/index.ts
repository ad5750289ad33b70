/** The output `telegram`: one message a key that changes, with a short answer beneath it when there is something to hear of. */
import { SinkError, systemClock, type Clock, type JsonValue, type Notification, type Notifier } from '#contract';
import { jsonObject, objectIn } from '../../http/json-answer.ts';
import type { HttpOptions } from '../../http/options.ts';
import { httpAddress, postJson, type Answer } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import { readerOf, type ReaderOptions } from '../../message/reader-options.ts';
import { telegramFailure } from './failure.ts';
import { telegramNews, telegramText } from './text.ts';

export interface TelegramOptions extends HttpOptions, ReaderOptions {
  token: string;
  chatId: string;
  topicId?: number | undefined;
  apiUrl?: string | undefined;
}

interface Receipt {
  /** As the options name it: a message of another chat is not ours to change. */
  chat: string;
  id: number;
  /** Of the last notification told beneath it. */
  sequence: number;
}

/** HTML, and no address unfolded. */
const manner = { parse_mode: 'HTML', link_preview_options: { is_disabled: true } };

export function telegram(options: TelegramOptions, { clock = systemClock }: { clock?: Clock } = {}): Notifier {
  const { token, chatId, topicId, apiUrl = 'https://api.telegram.org', timeoutMs, allowPrivate } = options;
  const base = httpAddress(apiUrl, 'telegram');
  const reader = readerOf(options);
  const place = { chat_id: chatId, ...(topicId === undefined ? {} : { message_thread_id: topicId }) };

  const call = (method: string, body: object): Promise<Answer> => {
    const target = new URL(base);
    target.pathname = `${base.pathname.replace(/\/$/, '')}/bot${token}/${method}`;
    return postJson(target, body, { timeoutMs, allowPrivate, clock, secrets: [token], understand: (answer) => telegramFailure(answer, target.hostname, clock) });
  };

  async function send(text: string, { sequence, status }: Notification): Promise<JsonValue | undefined> {
    const answer = await call('sendMessage', { ...place, text, ...manner, disable_notification: status === 'resolved' });
    const id = objectIn(jsonObject(answer.text), 'result')?.['message_id'];
    return typeof id === 'number' ? { chat: chatId, id, sequence } : undefined;
  }

  return {
    name: 'telegram',
    async notify(notification, given) {
      const message = await compose(notification, reader);
      const text = telegramText(message, reader.locale);
      const receipt = receiptOf(given, chatId);
      if (receipt === undefined) return send(text, notification);
      try {
        await call('editMessageText', { chat_id: chatId, message_id: receipt.id, text, ...manner });
      } catch (error) {
        if (!(error instanceof SinkError) || (error.code !== 'unchanged' && error.code !== 'message-lost')) throw error;
        if (error.code === 'message-lost') return send(text, notification);
      }
      const { sequence, reason, status } = notification;
      // A change makes no sound. That some of several things are over needs none.
      if (sequence > receipt.sequence && reason !== 'some alerts resolved') {
        const beneath = { reply_parameters: { message_id: receipt.id, allow_sending_without_reply: true }, disable_notification: status === 'resolved' };
        await call('sendMessage', { ...place, text: telegramNews(message, reader.locale), ...manner, ...beneath });
      }
      return { ...receipt, sequence: Math.max(sequence, receipt.sequence) };
    },
  };
}

/** A receipt of ours for this chat; anything else counts as none. */
function receiptOf(given: JsonValue | undefined, chatId: string): Receipt | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const { chat, id, sequence } = given;
  return chat === chatId && typeof id === 'number' && Number.isSafeInteger(id) && typeof sequence === 'number' ? { chat, id, sequence } : undefined;
}
