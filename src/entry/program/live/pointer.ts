/** Pointers: what stands in a stream in place of an object that is too large for it. */

export interface ObjectPointer {
  bucket: string;
  key: string;
  /** Only this version. */
  versionId?: string;
  /** Tells this writing of the object from others, so that a notice that came twice is read once. */
  identity: string;
}

/** What came of asking for an object. */
export type ReadObject =
  | {
      /** Unpacked. */
      chunks: AsyncIterable<Buffer>;
      /** Once it was read: why it is not the whole of it, a sentence. */
      trouble: () => string | undefined;
    }
  /** It cannot be read, and no waiting helps: a sentence. */
  | { unread: string }
  /** There is no time for it any more: the batch ends before it. */
  | 'later';

const beginning = Buffer.from('{"fargazer":"object"');
/** A bucket of 63 bytes, keys and versions of 1,024 with each byte escaped, an identity of both. */
const longest = 16_384;

export function pointerText({ bucket, key, versionId, identity }: ObjectPointer): string {
  return JSON.stringify({ fargazer: 'object', bucket, key, ...(versionId === undefined ? {} : { versionId }), identity });
}

/** Undefined where the bytes are no pointer. Never throws. */
export function pointerIn(bytes: Buffer): ObjectPointer | undefined {
  if (bytes.length > longest || bytes.length < beginning.length || bytes.compare(beginning, 0, beginning.length, 0, beginning.length) !== 0) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { bucket, key, versionId, identity } = value as Record<string, unknown>;
  if (!isName(bucket) || !isName(key)) return undefined;
  return { bucket, key, ...(isName(versionId) ? { versionId } : {}), identity: isName(identity) ? identity : JSON.stringify([bucket, key]) };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
