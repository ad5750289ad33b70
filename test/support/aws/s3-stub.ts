/** An S3 of our own on a loopback port: the calls that fargazer makes, by the published protocol, with failures on demand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { deleteObject, deleteObjects, failure, getObject, listObjects, putObject, storedObject, type Answer, type Asked, type Bucket } from './s3-objects.ts';

export type S3Operation = 'GetObject' | 'HeadObject' | 'PutObject' | 'DeleteObject' | 'DeleteObjects' | 'ListObjectsV2';

export interface S3Request {
  operation: S3Operation;
  bucket: string;
  key: string;
  /** Of the body that came. */
  bytes: number;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
}

/**
 * What goes wrong with a request. `drop`: the connection breaks before it is applied; `lose-answer`: after it was;
 * `cut`: half of the body, then the connection breaks; `conflict`: 409 ConditionalRequestConflict, not applied.
 */
export type S3Fault = 'slow-down' | 'internal-error' | 'access-denied' | 'expired-token' | 'no-such-bucket' | 'conflict' | 'drop' | 'lose-answer' | 'cut';

const faults: Partial<Record<S3Fault, Answer>> = {
  'slow-down': failure(503, 'SlowDown', 'Please reduce your request rate.'),
  'internal-error': failure(500, 'InternalError', 'We encountered an internal error. Please try again.'),
  'access-denied': failure(403, 'AccessDenied', 'Access Denied'),
  'expired-token': failure(400, 'ExpiredToken', 'The provided token has expired.'),
  'no-such-bucket': failure(404, 'NoSuchBucket', 'The specified bucket does not exist'),
  'conflict': failure(409, 'ConditionalRequestConflict', 'The conditional request cannot succeed due to a conflicting operation against this resource.'),
};

export interface S3Stub {
  readonly endpoint: string;
  /** For a client of one's own: path style, region, credentials; retries are the client's. */
  readonly clientConfig: S3ClientConfig;
  /** Buckets by name, each a map of objects by key; may be looked at and changed. */
  readonly buckets: Map<string, Bucket>;
  /** Every request since the start, in order of arrival. */
  readonly requests: S3Request[];
  /** Asked before each request is applied; undefined lets it pass. */
  fault?: (request: S3Request) => S3Fault | undefined;
  /** Awaited before each request is applied: what shall happen in between. */
  before?: (request: S3Request) => Promise<void> | void;
  /** Most keys of a page of a list; 1,000 as in S3. */
  pageKeys: number;
  /** The stub's clock for `LastModified`. */
  nowMs: () => number;
  /** Puts an object, making its bucket. */
  put(bucket: string, key: string, bytes: Uint8Array | string, lastModifiedMs?: number, headers?: Record<string, string>): void;
  /** A real client; the caller destroys it, or `close` does. */
  client(config?: S3ClientConfig): S3Client;
  close(): Promise<void>;
}

export async function s3Stub(...names: string[]): Promise<S3Stub> {
  const server = createServer((request, response) => void serve(stub, request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: S3Client[] = [];
  const clientConfig: S3ClientConfig = { endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId: 'stub', secretAccessKey: 'stub' } };
  const stub: S3Stub = {
    endpoint,
    clientConfig,
    buckets: new Map(names.map((name) => [name, new Map()])),
    requests: [],
    pageKeys: 1_000,
    nowMs: Date.now,
    put(bucket, key, bytes, lastModifiedMs = stub.nowMs(), headers = {}) {
      let objects = stub.buckets.get(bucket);
      if (objects === undefined) stub.buckets.set(bucket, (objects = new Map()));
      objects.set(key, storedObject(Buffer.from(bytes as Uint8Array), lastModifiedMs, headers));
    },
    client(config = {}) {
      const client = new S3Client({ ...clientConfig, ...config });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.destroy();
      await closed(server);
    },
  };
  return stub;
}

async function closed(server: Server): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await done;
}

async function serve(stub: S3Stub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const received: Buffer[] = [];
  for await (const chunk of request) received.push(chunk as Buffer);
  const [path = '', search = ''] = split(request.url ?? '/', '?');
  const [bucket = '', rest = ''] = split(path.slice(1), '/');
  const key = rest.split('/').map(decodeURIComponent).join('/');
  // With pluses as they came: clients write %20 for a space.
  const query = new URLSearchParams(search.replaceAll('+', '%2B'));
  const whole = Buffer.concat(received);
  const isChunked = /aws-chunked/.test(String(request.headers['content-encoding'])) || String(request.headers['x-amz-content-sha256']).startsWith('STREAMING-');
  const asked: Asked = { key, query, headers: request.headers, body: isChunked ? unchunked(whole) : whole };
  const operation = operationOf(request.method ?? '', key, query);
  if (operation === undefined) return send(response, failure(501, 'NotImplemented', `${request.method} ${request.url}`));
  const seen: S3Request = { operation, bucket, key, bytes: asked.body.length, query, headers: request.headers };
  stub.requests.push(seen);
  await stub.before?.(seen);
  const fault = stub.fault?.(seen);
  if (fault === 'drop') return void response.destroy();
  const refusal = fault === undefined ? undefined : faults[fault];
  if (refusal !== undefined) return send(response, operation === 'HeadObject' ? { status: refusal.status } : refusal);
  const answer = apply(stub, seen, asked);
  if (fault === 'lose-answer') return void response.destroy();
  if (fault !== 'cut' || answer.body === undefined) return send(response, answer);
  const body = Buffer.from(answer.body as Buffer);
  response.writeHead(answer.status, { 'content-length': String(body.length), ...answer.headers });
  response.write(body.subarray(0, body.length >> 1), () => response.destroy());
}

function apply(stub: S3Stub, { operation, bucket: name }: S3Request, asked: Asked): Answer {
  const bucket = stub.buckets.get(name);
  if (bucket === undefined) return operation === 'HeadObject' ? { status: 404 } : faults['no-such-bucket']!;
  switch (operation) {
    case 'PutObject':
      return putObject(bucket, asked, stub.nowMs());
    case 'GetObject':
      return getObject(bucket, asked, false);
    case 'HeadObject':
      return getObject(bucket, asked, true);
    case 'DeleteObject':
      return deleteObject(bucket, asked);
    case 'DeleteObjects':
      return deleteObjects(bucket, asked);
    case 'ListObjectsV2':
      return listObjects(name, bucket, asked, stub.pageKeys);
  }
}

function operationOf(method: string, key: string, query: URLSearchParams): S3Operation | undefined {
  if (key === '') return method === 'GET' && query.get('list-type') === '2' ? 'ListObjectsV2' : method === 'POST' && query.has('delete') ? 'DeleteObjects' : undefined;
  const operations: Record<string, S3Operation> = { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' };
  return operations[method];
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: Answer): void {
  response.writeHead(status, { 'x-amz-request-id': 'STUB', ...(status === 204 || status === 304 ? {} : { 'content-length': String(Buffer.byteLength(body)) }), ...headers });
  response.end(body);
}

/** Sizes in hexadecimal before each chunk; what follows the last (checksums) is left out. */
function unchunked(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (!(size > 0)) break;
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
