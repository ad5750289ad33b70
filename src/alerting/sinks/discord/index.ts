/** The output `discord`: one message a key by webhook, changed by what comes later. */
import { SinkError, systemClock, type Clock, type JsonValue, type Message, type Notifier } from '#contract';
import { boundedWaitMs } from '../../http/failure.ts';
import { sendForm } from '../../http/form.ts';
import { jsonObject } from '../../http/json-answer.ts';
import type { HttpOptions } from '../../http/options.ts';
import { httpAddress, postJson, type Answer } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import { pictureFile } from '../../message/picture-file.ts';
import { pictures } from '../../message/pictures.ts';
import { readerOf, type ReaderOptions } from '../../message/reader-options.ts';
import { discordMessage } from './embed.ts';

export interface DiscordOptions extends HttpOptions, ReaderOptions {
  url: string;
  threadId?: string | undefined;
}

/** Discord's codes of errors: the message is not there (any more), and the same for a message in a thread that was put away. */
const lostCodes = [10_008, 50_083];

export function discord(options: DiscordOptions, { clock = systemClock }: { clock?: Clock } = {}): Notifier {
  const { url, threadId, timeoutMs, allowPrivate } = options;
  const hook = httpAddress(url, 'discord');
  const reader = readerOf(options);
  const address = (path: string, isWaiting: boolean): URL => {
    const target = new URL(hook);
    target.pathname = `${hook.pathname.replace(/\/$/, '')}${path}`;
    if (isWaiting) target.searchParams.set('wait', 'true');
    if (threadId !== undefined) target.searchParams.set('thread_id', threadId);
    return target;
  };
  const understand = (answer: Answer): SinkError | undefined => failureInside(answer, hook.hostname);
  const settings = { timeoutMs, allowPrivate, clock, understand };
  const drawing = pictures(clock);
  /** The message with its picture where Discord takes it, else with blocks. */
  const send = (target: URL, method: 'POST' | 'PATCH', message: Message): Promise<Answer> => {
    const file = message.picture === undefined ? undefined : pictureFile(message.picture);
    const body = discordMessage(message, reader.locale);
    return drawing.along(
      file && (() => sendForm(target, { payload_json: JSON.stringify(discordMessage(message, reader.locale, file)) }, { ...file, field: 'files[0]' }, { ...settings, method })),
      () => postJson(target, method === 'POST' ? body : { ...body, attachments: [] }, { ...settings, method }),
    );
  };
  const post = async (message: Message): Promise<JsonValue | undefined> => {
    const id = jsonObject((await send(address('', true), 'POST', message)).text)?.['id'];
    return typeof id === 'string' && /^\d{1,20}$/.test(id) ? { id } : undefined;
  };
  return {
    name: 'discord',
    async notify(notification, receipt) {
      const message = await compose(notification, reader);
      const id = messageId(receipt);
      if (id === undefined) return post(message);
      try {
        await send(address(`/messages/${id}`, false), 'PATCH', message);
        return { id };
      } catch (error) {
        if (error instanceof SinkError && error.code === 'message-lost') return post(message);
        throw error;
      }
    },
  };
}

function messageId(receipt: JsonValue | undefined): string | undefined {
  if (typeof receipt !== 'object' || receipt === null || Array.isArray(receipt)) return undefined;
  const { id } = receipt;
  return typeof id === 'string' && /^\d{1,20}$/.test(id) ? id : undefined;
}

/** What only Discord says: a lost message by its code, a wait inside the body, in seconds with a fraction. */
function failureInside({ status, text, headers }: Answer, host: string): SinkError | undefined {
  if (status === 404 && lostCodes.includes(Number(jsonObject(text)?.['code']))) {
    return new SinkError('message-lost', `${host} answered 404: the message to change is not there any more.`, false);
  }
  if (status === 429) {
    const seconds = Math.max(...[jsonObject(text)?.['retry_after'], headers['retry-after']].map(Number).filter((value) => value >= 0));
    // Discord shuts out addresses that go on asking.
    return new SinkError('rate-limited', `${host} answered 429: too many requests; it is asked again later.`, true, Number.isFinite(seconds) ? boundedWaitMs(seconds * 1_000) : undefined);
  }
  const isOk = status >= 200 && status < 300;
  return isOk && /^\s*</.test(text) ? new SinkError('answer-unreadable', `${host} answered a page, not what Discord answers.`, true) : undefined;
}
