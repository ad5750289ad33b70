/** HELO, PING, PONG of the forward protocol: who connects proves to know the shared key, and a user's password, without sending them. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { hostname } from 'node:os';
import { encode } from '@msgpack/msgpack';
import { decoder } from './message-pack.ts';
import { Values } from './values.ts';

export interface Secrets {
  sharedKey: string;
  users: readonly { name: string; password: string }[];
}

export interface Answer {
  /** PONG, for the connection. */
  pong: Uint8Array;
  isAccepted: boolean;
  /** Why not: for the log router, and for us. */
  reason: string;
  /** Where the messages begin in the bytes that were given last. */
  at: number;
}

export interface Handshake {
  /** HELO, to be sent first and in one piece. */
  helo: Uint8Array;
  /** Undefined while the PING is not complete. */
  take(bytes: Buffer): Answer | undefined;
}

/** A PING has two names, a salt and two digests. */
const pingLimitBytes = 8_192;
const saltBytes = 16;

export function openHandshake({ sharedKey, users }: Secrets): Handshake {
  const nonce = randomBytes(saltBytes);
  const auth = users.length > 0 ? randomBytes(saltBytes) : Buffer.alloc(0);
  const own = hostname();
  let takenBytes = 0;
  let answer: Omit<Answer, 'at'> | undefined;
  const refused = (reason: string): Omit<Answer, 'at'> => ({ pong: encode(['PONG', false, reason, '', '']), isAccepted: false, reason });

  const judged = (ping: unknown): Omit<Answer, 'at'> => {
    const parts = Array.isArray(ping) ? (ping as unknown[]).map((part) => (part instanceof Uint8Array ? part : Buffer.alloc(0))) : [];
    const [word, client, salt, digest, user, password] = parts as (Uint8Array | undefined)[];
    if (word === undefined || client === undefined || salt === undefined || digest === undefined || Buffer.from(word).toString() !== 'PING') return refused('no PING');
    if (!isSame(digest, sha512(salt, client, nonce, sharedKey))) return refused('shared_key mismatch');
    if (users.length > 0) {
      const known = users.find(({ name }) => user !== undefined && Buffer.from(name).equals(user));
      // Computed for unknown names too: how long it takes tells nobody whether there is such a user.
      const expected = sha512(auth, user ?? '', known?.password ?? nonce);
      if (password === undefined || !isSame(password, expected) || known === undefined) return refused('username/password mismatch');
    }
    return { pong: encode(['PONG', true, '', own, sha512(salt, own, nonce, sharedKey)]), isAccepted: true, reason: '' };
  };
  const values = new Values((bytes, start, ends) => {
    try {
      answer = judged(decoder.decode(bytes.subarray(start, ends[0])));
    } catch {
      answer = refused('no PING');
    }
  });

  return {
    helo: encode(['HELO', { nonce, auth, keepalive: true }]),
    take(bytes) {
      takenBytes += bytes.length;
      const at = values.take(bytes, 0, bytes.length, 1);
      if (answer === undefined && (values.isBroken || values.taken > 0 || takenBytes > pingLimitBytes)) answer = refused('no PING');
      if (answer === undefined) return undefined;
      values.reset();
      return { ...answer, at };
    },
  };
}

function sha512(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** In a time that does not depend on where they differ. */
function isSame(given: Uint8Array, expected: string): boolean {
  const wanted = Buffer.from(expected);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
