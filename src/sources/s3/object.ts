/** One object of S3 as chunks, read on where the connection breaks. */
import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { awsFailure, patiently, type Patience } from '../aws.ts';

export interface ObjectPlace {
  bucket: string;
  key: string;
  /** Only this version. */
  versionId?: string;
}

/** What cannot be read is a sentence; what concerns more than this object is thrown as AWS gave it. */
export type OpenedObject = { chunks: AsyncIterable<Buffer>; discard: () => void } | { unread: 'gone' | 'denied' | 'archived'; note: string };

/** Codes by which S3 denies one object: by its policy, its key, or its class. */
const deniedAlone = /^(?:AccessDenied|AccessDeniedException|Forbidden|KMS\..*|KMSDisabledException|KMSAccessDenied)$/;

/** `onNote` is told, once chunks are read, of what became of the object meanwhile. */
export async function openObject(client: S3Client, place: ObjectPlace, patience: Patience, onNote: (note: string) => void): Promise<OpenedObject> {
  let answer: GetObjectCommandOutput;
  try {
    answer = await get(client, place, patience, {});
  } catch (error) {
    if (patience.signal.aborted) throw error;
    const unread = unreadOf(error);
    if (unread === undefined) throw error;
    return unread;
  }
  const discard = (): void => destroy(answer);
  return { discard, chunks: chunksOf(client, place, patience, onNote, answer) };
}

function unreadOf(error: unknown): OpenedObject | undefined {
  const { kind, code, message } = awsFailure(error);
  if (kind === 'gone' && code !== 'NoSuchBucket') return { unread: 'gone', note: 'The object vanished before it was read.' };
  if (code === 'InvalidObjectState') return { unread: 'archived', note: 'The object is archived and cannot be read; restore it first.' };
  if (deniedAlone.test(code)) return { unread: 'denied', note: `The object may not be read (${code}${message === '' ? '' : `: ${message.replace(/\.$/, '')}`}). Grant s3:GetObject on it, and kms:Decrypt where it is encrypted by a key.` };
  return undefined;
}

async function* chunksOf(client: S3Client, place: ObjectPlace, patience: Patience, onNote: (note: string) => void, first: GetObjectCommandOutput): AsyncGenerator<Buffer, void, void> {
  let answer = first;
  const etag = first.ETag;
  let readBytes = 0;
  let breaks = 0;
  for (;;) {
    let failure: unknown;
    try {
      for await (const chunk of (answer.Body ?? []) as AsyncIterable<Uint8Array>) {
        readBytes += chunk.length;
        breaks = 0;
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      }
      return;
    } catch (error) {
      failure = error;
    } finally {
      destroy(answer);
    }
    if (patience.signal.aborted) throw failure;
    const { kind, code: failureCode, message } = awsFailure(failure);
    if (kind === 'refused') {
      // A checksum that does not fit, or an answer out of order: to ask again would give the same.
      onNote(`The object could not be read to its end (${failureCode}${message === '' ? '' : `: ${message}`}); ${readBytes} bytes of it were read and are kept.`);
      return;
    }
    try {
      // A broken connection is no failure of S3: it is gone on with, and given up where it breaks without a byte.
      if (kind !== 'transient' || ++breaks > 5) throw failure;
      answer = await get(client, place, patience, { Range: `bytes=${readBytes}-`, ...(etag === undefined ? {} : { IfMatch: etag }) });
    } catch (error) {
      if (patience.signal.aborted) throw error;
      const { code } = awsFailure(error);
      // The break came behind the last byte.
      if (code === 'InvalidRange') return;
      if (code === 'PreconditionFailed' || code === '412') {
        onNote(`The object was replaced while it was read; ${readBytes} bytes of it were read and are kept.`);
        return;
      }
      const unread = unreadOf(error);
      if (unread === undefined || !('note' in unread)) throw error;
      onNote(`${unread.unread === 'gone' ? 'The object was deleted while it was read.' : unread.note} ${readBytes} bytes of it were read and are kept.`);
      return;
    }
  }
}

async function get(client: S3Client, { bucket, key, versionId }: ObjectPlace, patience: Patience, more: { Range?: string; IfMatch?: string }): Promise<GetObjectCommandOutput> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const input = { Bucket: bucket, Key: key, ...(versionId === undefined ? {} : { VersionId: versionId }), ...more };
  return patiently(() => client.send(new GetObjectCommand(input), { abortSignal: patience.signal }), patience);
}

function destroy({ Body: body }: GetObjectCommandOutput): void {
  if (body !== undefined && 'destroy' in body && typeof body.destroy === 'function') {
    // An error of a stream that nobody reads any more concerns nobody.
    if ('on' in body && typeof body.on === 'function') body.on('error', () => undefined);
    body.destroy();
  }
}
