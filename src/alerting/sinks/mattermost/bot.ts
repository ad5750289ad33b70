/** Posts of a bot by the REST API: one a key that changes, its picture beneath it, a thread of what came later. */
import { FargazerError, SinkError, type Clock, type JsonValue, type Message, type Notifier } from '#contract';
import { below } from '../../http/below.ts';
import type { Answer } from '../../http/failure.ts';
import { sendForm } from '../../http/form.ts';
import { jsonObject } from '../../http/json-answer.ts';
import { httpAddress, postJson } from '../../http/post.ts';
import { compose } from '../../message/compose.ts';
import type { Reader } from '../../message/moment.ts';
import { pictureFile, type PictureFile } from '../../message/picture-file.ts';
import { pictureTimeoutMs, pictures } from '../../message/pictures.ts';
import { mattermostContent } from './attachment.ts';
import type { MattermostOptions } from './options.ts';

interface Receipt {
  /** As the options name it: a post of another channel is not ours to change. */
  channel: string;
  id: string;
  /** Of the last notification told in the thread. */
  sequence: number;
}

/** What Mattermost calls everything. */
const idPattern = /^[a-z0-9]{26}$/;

/** It is not there any more, or was locked by a time limit; Mattermost says 403 of what is not there. */
const lostCodes: readonly string[] = ['gone', 'denied', 'rejected'];

export function mattermostBot({ url, channel, timeoutMs, allowPrivate }: MattermostOptions, token: string, reader: Reader, clock: Clock): Notifier['notify'] {
  if (channel === undefined) throw new FargazerError('config-invalid', 'mattermost needs channel beside token: the id of a channel that the bot is a member of.');
  const base = below(httpAddress(url, 'mattermost'), 'api/v4');
  const settings = { timeoutMs, allowPrivate, clock, headers: { authorization: `Bearer ${token}` }, understand: (answer: Answer) => failureInside(answer, base.hostname) };
  const drawing = pictures(clock);

  /** The id of the file. */
  async function upload(file: PictureFile): Promise<string> {
    const { text } = await sendForm(below(base, 'files'), { channel_id: channel! }, { ...file, field: 'files' }, { ...settings, timeoutMs: pictureTimeoutMs(timeoutMs), understand: () => undefined });
    const infos: unknown = jsonObject(text)?.['file_infos'];
    const id: unknown = Array.isArray(infos) ? (infos[0] as { id?: unknown } | undefined)?.id : undefined;
    if (typeof id === 'string' && idPattern.test(id)) return id;
    throw new SinkError('answer-unreadable', `${base.hostname} answered without the id of the file.`, false);
  }

  /** What a post holds from now on; the picture is there before it, so that nothing is left to do after it. */
  async function contentOf(message: Message): Promise<{ props: object; file_ids: string[] }> {
    const file = message.picture && pictureFile(message.picture);
    const id = file && (await drawing.beside(() => upload(file)));
    return { props: mattermostContent(message, reader.locale, id === undefined ? undefined : file), file_ids: id === undefined ? [] : [id] };
  }

  const post = async (body: object): Promise<string> => String(jsonObject((await postJson(below(base, 'posts'), { channel_id: channel, message: '', ...body }, settings)).text)?.['id']);

  return async (notification, given): Promise<JsonValue | undefined> => {
    const message = await compose(notification, reader);
    const content = await contentOf(message);
    const receipt = receiptOf(given, channel);
    const { sequence } = notification;
    const anew = async (): Promise<JsonValue> => ({ channel, id: await post(content), sequence });
    if (receipt === undefined) return anew();
    try {
      await postJson(below(base, `posts/${receipt.id}/patch`), content, { ...settings, method: 'PUT' });
    } catch (error) {
      if (error instanceof SinkError && lostCodes.includes(error.code)) return anew();
      throw error;
    }
    // A change makes no sound; the thread tells that there is something new.
    if (sequence > receipt.sequence) await post({ root_id: receipt.id, props: mattermostContent({ ...message, more: [] }, reader.locale) });
    return { channel, id: receipt.id, sequence: Math.max(sequence, receipt.sequence) };
  };
}

/** A receipt of ours for this channel; anything else counts as none. */
function receiptOf(given: JsonValue | undefined, channel: string): Receipt | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const { channel: of, id, sequence } = given;
  return of === channel && typeof id === 'string' && idPattern.test(id) && typeof sequence === 'number' ? { channel, id, sequence } : undefined;
}

/** A post is given back with its id; a page with status 200 comes from somebody else. */
function failureInside({ status, text }: Answer, host: string): SinkError | undefined {
  if (status < 200 || status >= 300) return undefined;
  const id = jsonObject(text)?.['id'];
  return typeof id === 'string' && idPattern.test(id) ? undefined : new SinkError('answer-unreadable', `${host} answered something that is not of Mattermost's API.`, true);
}
