/**
 * The picture of the evidence in the thread of its message, which needs the scope files:write. Not in the message itself:
 * a picture stands in blocks only once Slack has looked at it, some seconds after it was uploaded.
 */
import { createHash } from 'node:crypto';
import { SinkError } from '#contract';
import { below } from '../../http/below.ts';
import { jsonObject } from '../../http/json-answer.ts';
import { httpAddress, request, type Answer, type RequestSettings } from '../../http/post.ts';
import type { PictureFile } from '../../message/picture-file.ts';
import { pictureTimeoutMs } from '../../message/pictures.ts';

/** Tells pictures of one thread apart. */
export function fingerprint({ bytes }: PictureFile): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** Shares a file in a thread; true when Slack has it. */
export function sharing(base: URL, settings: RequestSettings): (file: PictureFile, thread: { channel: string; ts: string }) => Promise<true> {
  const timeoutMs = pictureTimeoutMs(settings.timeoutMs);
  /** Methods for files take forms; what JSON they take differs. */
  const call = (method: string, fields: Readonly<Record<string, string>>): Promise<Answer> =>
    request(below(base, method), new URLSearchParams(fields).toString(), { ...settings, timeoutMs, headers: { ...settings.headers, 'content-type': 'application/x-www-form-urlencoded' } });

  return async ({ name, type, bytes, caption, description }, { channel, ts }) => {
    const place = jsonObject((await call('files.getUploadURLExternal', { filename: name, length: String(bytes.length), alt_txt: description })).text);
    const [url, id] = [place?.['upload_url'], place?.['file_id']];
    if (typeof url !== 'string' || typeof id !== 'string') throw new SinkError('answer-unreadable', `${base.hostname} answered without an address for the file.`, false);
    const target = httpAddress(url, 'slack');
    if (target.protocol !== base.protocol) throw new SinkError('address-refused', `${base.hostname} answered with an address that is less safe than its own.`, false);
    // The address is the right to upload; the token stays with the API.
    await request(target, bytes, { timeoutMs, allowPrivate: settings.allowPrivate, headers: { 'content-type': type } });
    await call('files.completeUploadExternal', { files: JSON.stringify([{ id, title: caption }]), channel_id: channel, thread_ts: ts });
    return true;
  };
}
