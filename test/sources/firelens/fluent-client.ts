/** A log router as the forward protocol's specification describes one, written by hand: bytes that no code of ours made. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Decoder, encode, ExtData } from '@msgpack/msgpack';

export const taskId = '0123456789abcdef0123456789abcdef';
export const arn = `arn:aws:ecs:eu-west-1:111122223333:task/shop/${taskId}`;

export function eventTime(seconds: number, nanoseconds: number): ExtData {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(seconds, 0);
  bytes.writeUInt32BE(nanoseconds, 4);
  return new ExtData(0, bytes);
}

/** A record as ECS has Fluent Bit enrich it. */
export function record(log: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { source: 'stdout', log, container_id: `${taskId}-1234567890`, container_name: 'checkout', ecs_cluster: 'shop', ecs_task_arn: arn, ecs_task_definition: 'checkout:7', ...more };
}

/** MessagePack of an array whose items are bytes already. */
export function arrayOf(...items: readonly Uint8Array[]): Buffer {
  const head = items.length < 16 ? Buffer.from([0x90 | items.length]) : Buffer.from([0xdc, items.length >> 8, items.length & 0xff]);
  return Buffer.concat([head, ...items]);
}

/** A text whose bytes are no text. */
export function rawText(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes.length < 32 ? Buffer.from([0xa0 | bytes.length]) : Buffer.from([0xd9, bytes.length]), bytes]);
}

export function packed(entries: readonly unknown[]): Buffer {
  return Buffer.concat(entries.map((entry) => encode(entry)));
}

export interface Client {
  socket: Socket;
  send(...messages: readonly (Uint8Array | unknown[])[]): void;
  /** The next value that the server sends. */
  receive(): Promise<unknown>;
  /** Resolves when the server has closed the connection. */
  closed: Promise<void>;
}

export async function client(address: string): Promise<Client> {
  const path = /^unix:(.+)$/.exec(address)?.[1];
  const [host, port] = address.split(/:(?=\d+$)/);
  const socket = path === undefined ? connect({ host: host!.replace(/[[\]]/g, ''), port: Number(port) }) : connect({ path });
  const values: unknown[] = [];
  let held = Buffer.alloc(0);
  let wake: (() => void) | undefined;
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    held = Buffer.concat([held, bytes]);
    try {
      values.push(...new Decoder({ rawStrings: true }).decodeMulti(held));
      held = Buffer.alloc(0);
      wake?.();
    } catch {
      // Not complete yet.
    }
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await once(socket, 'connect');
  return {
    socket,
    closed,
    send(...messages) {
      for (const message of messages) socket.write(message instanceof Uint8Array ? message : encode(message));
    },
    async receive() {
      while (values.length === 0) {
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), closed.then(() => Promise.reject(new Error('the connection was closed')))]);
      }
      return values.shift();
    },
  };
}

export function textsOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(textsOf);
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, textsOf(one)])) : value;
}

const sha512 = (...parts: (string | Uint8Array)[]): string => parts.reduce((hash, part) => hash.update(part), createHash('sha512')).digest('hex');

/** Answers HELO with PING, as Fluent Bit does: the salt is sixteen bytes within a text. The PONG. */
export async function greet({ receive, send }: Client, sharedKey: string, user = '', password = ''): Promise<unknown[]> {
  const [word, { nonce, auth, keepalive }] = (await receive()) as [Uint8Array, { nonce: Uint8Array; auth: Uint8Array; keepalive: boolean }];
  if (Buffer.from(word).toString() !== 'HELO' || !keepalive) throw new Error('no HELO');
  const salt = randomBytes(16);
  salt[3] = 0xff;
  send(arrayOf(
    encode('PING'), encode('router.example'), rawText(salt), encode(sha512(salt, 'router.example', nonce, sharedKey)),
    encode(user), encode(auth.length === 0 ? '' : sha512(auth, user, password)),
  ));
  const pong = textsOf(await receive()) as unknown[];
  if (pong[1] === true && pong[4] !== sha512(salt, String(pong[3]), nonce, sharedKey)) throw new Error('the server does not know the key');
  return pong;
}
