/** Enhanced fan-out as far as the API describes it: HTTP/2, and events in the AWS event stream encoding. */
import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { crc32 } from 'node:zlib';
import { useAnyCredentials } from './kinesis.ts';

/** One message: lengths, checksum of those, headers of strings, payload, checksum of all. */
function message(headers: Record<string, string>, payload: string): Buffer {
  const parts = Object.entries(headers).map(([name, value]) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(Buffer.byteLength(value));
    return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)]);
  });
  const header = Buffer.concat(parts);
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + header.length + body.length, 0);
  prelude.writeUInt32BE(header.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const whole = Buffer.concat([prelude, header, body]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(whole));
  return Buffer.concat([whole, sum]);
}

export interface Subscription {
  input: { ShardId: string; ConsumerARN: string; StartingPosition: { Type: string; SequenceNumber?: string } };
  /** How often the shard was subscribed to before. */
  before: number;
  event(event: object): void;
  /** A failure within the stream. */
  fail(code: string): void;
  end(): void;
}

export interface FanOutStub {
  endpoint: string;
  subscriptions: Subscription[];
}

/** All calls come over HTTP/2, without TLS. */
export async function fanOutStub(context: TestContext, answers: (operation: string, input: Record<string, unknown>) => object, subscribed: (subscription: Subscription) => void): Promise<FanOutStub> {
  useAnyCredentials();
  const subscriptions: Subscription[] = [];
  const server = createServer();
  const open = new Set<ServerHttp2Stream>();
  server.on('stream', (stream, headers) => {
    open.add(stream);
    stream.on('error', () => undefined);
    stream.on('close', () => open.delete(stream));
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
      const input = JSON.parse(Buffer.concat(parts).toString() || '{}') as Record<string, unknown>;
      if (operation !== 'SubscribeToShard') {
        stream.respond({ ':status': 200, 'content-type': 'application/x-amz-json-1.1' });
        stream.end(JSON.stringify(answers(operation, input)));
        return;
      }
      stream.respond({ ':status': 200, 'content-type': 'application/vnd.amazon.eventstream', 'date': new Date().toUTCString() });
      stream.write(message({ ':message-type': 'event', ':event-type': 'initial-response', ':content-type': 'application/x-amz-json-1.1' }, '{}'));
      const subscription: Subscription = {
        input: input as Subscription['input'],
        before: subscriptions.filter((other) => other.input.ShardId === input['ShardId']).length,
        event: (event) => void stream.write(message({ ':message-type': 'event', ':event-type': 'SubscribeToShardEvent', ':content-type': 'application/json' }, JSON.stringify(event))),
        fail: (code) => void stream.end(message({ ':message-type': 'exception', ':exception-type': code, ':content-type': 'application/json' }, JSON.stringify({ message: 'the stub says so' }))),
        end: () => void stream.end(),
      };
      subscriptions.push(subscription);
      subscribed(subscription);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    for (const stream of open) stream.destroy();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, subscriptions };
}
