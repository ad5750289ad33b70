/** The live source `forward`: a server for the Fluent forward protocol, as log routers speak it. */
import { createServer, type Socket } from 'node:net';
import { encode } from '@msgpack/msgpack';
import type { Clock, LiveSource, TellCoverage } from '#contract';
import { ForwardMessages } from './forward-messages.ts';
import { openHandshake } from './handshake.ts';
import { Inbox } from './inbox.ts';
import type { KnownTask } from './line.ts';
import { listen, placeOf } from './listen.ts';
import type { ForwardOptions } from './options.ts';
import { routerWatch } from './router-watch.ts';
import { unhurried } from './unhurried.ts';

export interface ReceiverDependencies {
  clock: Clock;
  tell: TellCoverage;
  /** What is known of the task, for records that do not tell it. */
  task?: () => KnownTask | undefined;
  /** Resolves when a sender who says little may be read again; where absent all are read at once. */
  rest?: () => Promise<void>;
}

export interface Receiver extends LiveSource {
  /** Where it listens, once it does: with the port that the system chose where 0 was asked for. */
  address(): string | undefined;
  /** Counts since the start. */
  counts(): { taken: number; lost: number; connections: number; refused: number };
}

const lane = 'forward';
/** Workers of a few log routers, and whoever looks; beyond it the one that was silent longest gives way. */
const connectionLimit = 128;
/** From the connection to the whole PING. */
const handshakeMs = 10_000;
/** Acknowledgements that nobody reads. */
const unreadLimitBytes = 65_536;
/** Of one kind of refusal it is told so often. */
const tellRefusedEveryMs = 600_000;

interface Connection {
  socket: Socket;
  openedMs: number;
  spokeMs: number;
}

export function forward(options: ForwardOptions, { clock, tell, task = () => undefined, rest = async () => undefined }: ReceiverDependencies): Receiver {
  const place = placeOf('forward', options.address, options.allowRemote, true);
  const { sharedKey, users = [] } = options;
  const watch = routerWatch(clock);
  const connections = new Set<Connection>();
  let refused = 0;
  /** Refusals of which nothing was told yet, by reason. */
  const refusals = new Map<string, { count: number; toldMs: number }>();
  let address: string | undefined;

  const inbox = new Inbox({
    lane,
    clock,
    queueBytes: options.queueBytes,
    tell,
    look() {
      const goneMs = watch.takeGone();
      if (goneMs !== undefined) tell('silent', `The log router is gone: its connection ended ${Math.round(goneMs / 1_000)} s ago in the midst of traffic, and none was opened since`);
      for (const [reason, refusal] of refusals) {
        if (refusal.count === 0 || clock.now() - refusal.toldMs < tellRefusedEveryMs) continue;
        tell('lossy', `${refusal.count} ${refusal.count === 1 ? 'connection was' : 'connections were'} refused: ${reason}. What they had to send was not taken`);
        refusal.count = 0;
        refusal.toldMs = clock.now();
      }
    },
  });
  const refuse = (reason: string): void => {
    refused += 1;
    const refusal = refusals.get(reason) ?? { count: 0, toldMs: Number.NEGATIVE_INFINITY };
    refusal.count += 1;
    refusals.set(reason, refusal);
  };

  async function serve(connection: Connection): Promise<void> {
    const { socket } = connection;
    const handshake = sharedKey === undefined ? undefined : openHandshake({ sharedKey, users });
    const messages = new ForwardMessages({
      inbox,
      task,
      onChunk(chunk) {
        if (socket.writableLength > unreadLimitBytes) socket.destroy();
        else if (!socket.writableEnded) socket.write(encode({ ack: chunk }));
      },
    });
    let isAccepted = handshake === undefined;
    if (handshake !== undefined) {
      socket.write(handshake.helo);
      socket.setTimeout(handshakeMs, () => void (isAccepted || socket.destroy()));
    }
    let hasSpoken = false;
    const pause = unhurried(rest, () => clock.now());
    try {
      // A refusal must still go out: the end of the loop ends nothing.
      for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        connection.spokeMs = clock.now();
        let bytes = chunk;
        if (!isAccepted) {
          const answer = handshake!.take(chunk);
          if (answer === undefined) continue;
          if (!answer.isAccepted) {
            refuse(`the handshake failed (${answer.reason})`);
            socket.end(answer.pong);
            break;
          }
          socket.write(answer.pong);
          socket.setTimeout(0);
          isAccepted = true;
          bytes = chunk.subarray(answer.at);
        }
        await messages.take(bytes);
        if (!hasSpoken) watch.opened();
        hasSpoken = true;
        watch.spoke();
        if (messages.isBroken) {
          refuse('what was sent is no message of the forward protocol');
          break;
        }
        await pause(chunk.length);
      }
    } catch {
      // Reset by the other side: what came before is queued.
    }
    messages.end();
    if (hasSpoken) watch.closed(connection.openedMs);
    // What was said last still goes out; who does not read it is not waited for.
    socket.destroySoon();
  }

  return {
    name: `forward:${options.address}`,
    async *read(_resume, signal) {
      if (signal.aborted) return;
      const server = createServer({ noDelay: true }, (socket) => {
        socket.on('error', () => undefined);
        if (connections.size >= connectionLimit) [...connections].toSorted((one, other) => one.spokeMs - other.spokeMs)[0]!.socket.destroy();
        const nowMs = clock.now();
        const connection = { socket, openedMs: nowMs, spokeMs: nowMs };
        connections.add(connection);
        void serve(connection).finally(() => connections.delete(connection));
      });
      await listen('forward', server, place);
      server.on('error', () => undefined);
      const bound = server.address();
      address = typeof bound === 'string' || bound === null ? options.address : `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
      const stop = (): void => {
        server.close();
        for (const { socket } of connections) socket.destroy();
      };
      signal.addEventListener('abort', stop);
      try {
        yield* inbox.batches(signal);
      } finally {
        signal.removeEventListener('abort', stop);
        stop();
        address = undefined;
      }
    },
    health: () => [inbox.health()],
    address: () => address,
    counts: () => ({ taken: inbox.taken, lost: inbox.lost, connections: connections.size, refused }),
  };
}
