/** What an S3 bucket answers, over objects in memory: conditions, ranges and lists as the API reference publishes them. */
import { createHash } from 'node:crypto';

export interface StoredObject {
  bytes: Buffer;
  /** With its quotes. */
  etag: string;
  lastModifiedMs: number;
  /** What was told at the put and is given back: `content-type`, `content-encoding`, `x-amz-meta-…`. */
  headers: Record<string, string>;
}

export type Bucket = Map<string, StoredObject>;

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Asked {
  key: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

export function failure(status: number, code: string, message: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escaped(message)}</Message><RequestId>STUB</RequestId></Error>`,
  };
}

/** Characters that XML 1.0 has no place for go as references, as S3 writes them. */
function escaped(text: string): string {
  return text.replace(/[&<>"']|\p{Cc}/gu, (character) => `&#x${character.codePointAt(0)!.toString(16)};`);
}

const precondition = failure(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
const noSuchKey = failure(404, 'NoSuchKey', 'The specified key does not exist.');

const header = (asked: Asked, name: string): string | undefined => {
  const value = asked.headers[name];
  return typeof value === 'string' ? value : undefined;
};

export function storedObject(bytes: Buffer, lastModifiedMs: number, headers: Record<string, string> = {}): StoredObject {
  return { bytes, etag: `"${createHash('md5').update(bytes).digest('hex')}"`, lastModifiedMs, headers };
}

export function putObject(bucket: Bucket, asked: Asked, nowMs: number): Answer {
  const present = bucket.get(asked.key);
  const ifMatch = header(asked, 'if-match');
  const ifNoneMatch = header(asked, 'if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') return failure(501, 'NotImplemented', 'If-None-Match takes * alone');
  if (ifNoneMatch === '*' && present !== undefined) return precondition;
  if (ifMatch !== undefined) {
    if (present === undefined) return noSuchKey;
    if (!isSameTag(ifMatch, present.etag)) return precondition;
  }
  const kept = Object.entries(asked.headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && /^(?:content-type|content-encoding|x-amz-meta-.*)$/.test(entry[0]));
  // The marker of the transfer is no part of what is stored.
  const headers = Object.fromEntries(kept.map(([name, value]) => [name, name === 'content-encoding' ? value.replace(/^aws-chunked,?\s*/, '') : value]).filter(([, value]) => value !== ''));
  const stored = storedObject(asked.body, nowMs, headers);
  bucket.set(asked.key, stored);
  return { status: 200, headers: { etag: stored.etag } };
}

function isSameTag(condition: string, etag: string): boolean {
  return condition === '*' || condition.replaceAll('"', '') === etag.replaceAll('"', '');
}

export function getObject(bucket: Bucket, asked: Asked, isHead: boolean): Answer {
  const stored = bucket.get(asked.key);
  if (stored === undefined) return isHead ? { status: 404 } : noSuchKey;
  const ifMatch = header(asked, 'if-match');
  if (ifMatch !== undefined && !isSameTag(ifMatch, stored.etag)) return isHead ? { status: 412 } : precondition;
  const ifNoneMatch = header(asked, 'if-none-match');
  if (ifNoneMatch !== undefined && isSameTag(ifNoneMatch, stored.etag)) return { status: 304, headers: { etag: stored.etag } };
  const headers: Record<string, string> = { 'content-type': 'binary/octet-stream', ...stored.headers, etag: stored.etag, 'last-modified': new Date(stored.lastModifiedMs).toUTCString(), 'accept-ranges': 'bytes' };
  const range = header(asked, 'range');
  const total = stored.bytes.length;
  const found = range === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(range);
  if (found === null || (found[1] === '' && found[2] === '')) return body(200, headers, stored.bytes, isHead);
  const from = found[1] === '' ? Math.max(0, total - Number(found[2])) : Number(found[1]);
  const to = found[1] === '' || found[2] === '' ? total - 1 : Math.min(Number(found[2]), total - 1);
  if (from >= total || from > to) return isHead ? { status: 416 } : failure(416, 'InvalidRange', 'The requested range is not satisfiable');
  return body(206, { ...headers, 'content-range': `bytes ${from}-${to}/${total}` }, stored.bytes.subarray(from, to + 1), isHead);
}

function body(status: number, headers: Record<string, string>, bytes: Buffer, isHead: boolean): Answer {
  return { status, headers: { ...headers, 'content-length': String(bytes.length) }, ...(isHead ? {} : { body: bytes }) };
}

/** A delete of what is not there succeeds, but for one that asks for a version. */
export function deleteObject(bucket: Bucket, asked: Asked): Answer {
  const present = bucket.get(asked.key);
  const ifMatch = header(asked, 'if-match');
  if (ifMatch !== undefined) {
    if (present === undefined) return noSuchKey;
    if (!isSameTag(ifMatch, present.etag)) return precondition;
  }
  bucket.delete(asked.key);
  return { status: 204 };
}

export function deleteObjects(bucket: Bucket, asked: Asked): Answer {
  const text = asked.body.toString();
  const objects = [...text.matchAll(/<Object>([^]*?)<\/Object>/g)].map((match) => match[1]!);
  if (objects.length === 0 || objects.length > 1_000) return failure(400, 'MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
  const isQuiet = /<Quiet>true<\/Quiet>/.test(text);
  const results = objects.map((object) => {
    const key = unescaped(/<Key>([^]*?)<\/Key>/.exec(object)?.[1] ?? '');
    bucket.delete(key);
    return isQuiet ? '' : `<Deleted><Key>${escaped(key)}</Key></Deleted>`;
  });
  return xml(`<DeleteResult>${results.join('')}</DeleteResult>`);
}

function unescaped(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi, (_, hex: string | undefined, decimal: string | undefined, name: string) =>
    hex !== undefined ? String.fromCodePoint(Number.parseInt(hex, 16)) : decimal !== undefined ? String.fromCodePoint(Number(decimal)) : named[name]!,
  );
}

function xml(text: string): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${text}` };
}

/** ListObjectsV2: keys in order of their UTF-8 bytes, at most `pageKeys` a page, groups by a delimiter, url encoding. */
export function listObjects(name: string, bucket: Bucket, { query }: Asked, pageKeys: number): Answer {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const most = Math.min(Number(query.get('max-keys') ?? 1_000), 1_000, pageKeys);
  const token = query.get('continuation-token');
  const after = token === null ? query.get('start-after') : Buffer.from(token, 'base64url').toString();
  const shown = (text: string): string => (query.get('encoding-type') === 'url' ? encodeURIComponent(text).replaceAll('%2F', '/') : escaped(text));
  const keys = [...bucket.keys()].filter((key) => key.startsWith(prefix)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const entries: string[] = [];
  let last = '';
  let group: string | undefined;
  let isTruncated = false;
  for (const key of keys) {
    if (after !== null && (Buffer.compare(Buffer.from(key), Buffer.from(after)) <= 0 || (delimiter !== '' && after.endsWith(delimiter) && key.startsWith(after) && token !== null))) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const own = end === -1 ? undefined : key.slice(0, end + delimiter.length);
    if (own !== undefined && own === group) continue;
    if (entries.length === most) {
      isTruncated = true;
      break;
    }
    group = own;
    last = own ?? key;
    const stored = bucket.get(key)!;
    // Times in lists have no fraction of a second.
    const time = new Date(Math.floor(stored.lastModifiedMs / 1_000) * 1_000).toISOString();
    entries.push(
      own === undefined
        ? `<Contents><Key>${shown(key)}</Key><LastModified>${time}</LastModified><ETag>${escaped(stored.etag)}</ETag><Size>${stored.bytes.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`
        : `<CommonPrefixes><Prefix>${shown(own)}</Prefix></CommonPrefixes>`,
    );
  }
  const next = isTruncated ? `<NextContinuationToken>${Buffer.from(last).toString('base64url')}</NextContinuationToken>` : '';
  return xml(`<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${name}</Name><Prefix>${shown(prefix)}</Prefix><KeyCount>${entries.length}</KeyCount><MaxKeys>${most}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>${next}${entries.join('')}</ListBucketResult>`);
}
