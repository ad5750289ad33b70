/** The output `telegram`: one message a key that changes, with a short answer beneath it when there is something to hear of. */
import { SinkError, systemClock, type Clock, type JsonValue, type Message, type Notification, type Notifier } from '#contract';
import { sendForm, type FormFile } from '../../http/form.ts';
import { jsonObject, objectIn } from '../../http/json-answer.ts';
import type { HttpOptions } from '../../http/options.ts';
import { httpAddress, postJson, type Answer } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import { pictureFile, type PictureFile } from '../../message/picture-file.ts';
import { pictures } from '../../message/pictures.ts';
import { readerOf, type ReaderOptions } from '../../message/reader-options.ts';
import { telegramFailure } from './failure.ts';
import { telegramCaption, telegramNews, telegramText } from './text.ts';

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
  /** It is a photograph, and remains one. */
  isPhoto?: true;
}

const parsed = { parse_mode: 'HTML' };
/** HTML, and no address unfolded. */
const manner = { ...parsed, link_preview_options: { is_disabled: true } };
/** What happened comes first. */
const captioned = { ...parsed, show_caption_above_media: true };

export function telegram(options: TelegramOptions, { clock = systemClock }: { clock?: Clock } = {}): Notifier {
  const { token, chatId, topicId, apiUrl = 'https://api.telegram.org', timeoutMs, allowPrivate } = options;
  const base = httpAddress(apiUrl, 'telegram');
  const reader = readerOf(options);
  const place = { chat_id: chatId, ...(topicId === undefined ? {} : { message_thread_id: topicId }) };
  const drawing = pictures(clock);

  const call = (method: string, body: object, file?: FormFile): Promise<Answer> => {
    const target = new URL(base);
    target.pathname = `${base.pathname.replace(/\/$/, '')}/bot${token}/${method}`;
    const settings = { timeoutMs, allowPrivate, clock, secrets: [token], understand: (answer: Answer) => telegramFailure(answer, target.hostname, clock) };
    if (file === undefined) return postJson(target, body, settings);
    const fields = Object.entries(body).map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
    return sendForm(target, Object.fromEntries(fields), file, settings);
  };

  /** Telegram makes a photograph of it, which shows nothing through. */
  const fileOf = ({ picture }: Message): (PictureFile & FormFile) | undefined => picture && { ...pictureFile(picture, 'dark'), field: 'photo' };

  async function send(message: Message, { sequence, status }: Notification): Promise<JsonValue | undefined> {
    const file = fileOf(message);
    const sound = { disable_notification: status === 'resolved' };
    const answer = await drawing.along(
      file && (() => call('sendPhoto', { ...place, caption: telegramCaption(message, reader.locale, file), ...captioned, ...sound }, file)),
      () => call('sendMessage', { ...place, text: telegramText(message, reader.locale), ...manner, ...sound }),
    );
    const result = objectIn(jsonObject(answer.text), 'result');
    const id = result?.['message_id'];
    return typeof id === 'number' ? { chat: chatId, id, sequence, ...(Array.isArray(result?.['photo']) ? { isPhoto: true } : {}) } : undefined;
  }

  /** Whether it is a photograph from now on. */
  async function change({ id, isPhoto = false }: { id: number; isPhoto?: boolean }, message: Message): Promise<boolean> {
    const at = { chat_id: chatId, message_id: id };
    const file = fileOf(message);
    return drawing.along(
      file && (async () => {
        await unlessUnchanged(call('editMessageMedia', { ...at, media: { type: 'photo', media: `attach://${file.field}`, caption: telegramCaption(message, reader.locale, file), ...captioned } }, file));
        return true;
      }),
      async () => {
        if (isPhoto) await unlessUnchanged(call('editMessageCaption', { ...at, caption: telegramCaption(message, reader.locale), ...captioned }));
        else await unlessUnchanged(call('editMessageText', { ...at, text: telegramText(message, reader.locale), ...manner }));
        return isPhoto;
      },
    );
  }

  return {
    name: 'telegram',
    async notify(notification, given) {
      const message = await compose(notification, reader);
      const receipt = receiptOf(given, chatId);
      if (receipt === undefined) return send(message, notification);
      const isPhoto = await change(receipt, message).catch((error: unknown) => {
        if (error instanceof SinkError && error.code === 'message-lost') return undefined;
        // It became one, and nobody was told.
        if (error instanceof SinkError && error.code === 'no-text') return change({ id: receipt.id, isPhoto: true }, message);
        throw error;
      });
      if (isPhoto === undefined) return send(message, notification);
      const { sequence, reason, status } = notification;
      // A change makes no sound. That some of several things are over needs none.
      if (sequence > receipt.sequence && reason !== 'some alerts resolved') {
        const beneath = { reply_parameters: { message_id: receipt.id, allow_sending_without_reply: true }, disable_notification: status === 'resolved' };
        await call('sendMessage', { ...place, text: telegramNews(message, reader.locale), ...manner, ...beneath });
      }
      return { chat: chatId, id: receipt.id, sequence: Math.max(sequence, receipt.sequence), ...(isPhoto ? { isPhoto } : {}) };
    },
  };
}

/** A message that is as it should be was changed before. */
async function unlessUnchanged(change: Promise<unknown>): Promise<void> {
  await change.catch((error: unknown) => {
    if (!(error instanceof SinkError) || error.code !== 'unchanged') throw error;
  });
}

/** A receipt of ours for this chat; anything else counts as none. */
function receiptOf(given: JsonValue | undefined, chatId: string): Receipt | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const { chat, id, sequence, isPhoto } = given;
  if (chat !== chatId || typeof id !== 'number' || !Number.isSafeInteger(id) || typeof sequence !== 'number') return undefined;
  return { chat, id, sequence, ...(isPhoto === true ? { isPhoto } : {}) };
}
