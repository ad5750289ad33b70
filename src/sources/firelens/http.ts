/** The live source `http`: takes what HTTP outputs of log routers post, to whatever path. */
import type { Server } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LiveSource } from '#contract';
import type { Receiver, ReceiverDependencies } from './forward.ts';
import { httpBody } from './http-body.ts';
import { Inbox } from './inbox.ts';
import { failure, placeOf } from './listen.ts';
import type { HttpReceiverOptions } from './options.ts';

const lane = 'http';
const connectionLimit = 128;
/** From the first byte to the last of a request of 10 MB on loopback: who takes longer does so on purpose. */
const requestMs = 60_000;
/** Longer than Fluent Bit leaves a connection idle (30 s), so that it never meets one that was just closed. */
const keepAliveMs = 75_000;
/** Bodies are read as they come, so this bounds time and not memory; 413 would make Fluent Bit drop a chunk for good. */
const bodyLimitBytes = 268_435_456;

export function httpReceiver(options: HttpReceiverOptions, { clock, tell, task = () => undefined }: ReceiverDependencies): Receiver {
  const place = placeOf('http', options.address, options.allowRemote, false);
  const inbox = new Inbox({ lane, clock, queueBytes: options.queueBytes, tell });
  let refused = 0;
  let server: FastifyInstance | undefined;

  async function open(): Promise<FastifyInstance> {
    // Loaded only by who receives over HTTP: it is a tenth of what the process may hold.
    const { default: fastify } = await import('fastify');
    const made = fastify({ logger: false, bodyLimit: bodyLimitBytes, requestTimeout: requestMs, keepAliveTimeout: keepAliveMs, forceCloseConnections: true, exposeHeadRoutes: false });
    made.server.maxConnections = connectionLimit;
    made.removeAllContentTypeParsers();
    made.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
    // What a body is, its own bytes tell; a type that is none would be refused.
    made.addHook('onRequest', (request, _reply, done) => {
      request.raw.headers['content-type'] = 'application/octet-stream';
      done();
    });
    made.post('*', async (request, reply) => {
      const isReadable = await take(request);
      if (!isReadable) refused += 1;
      // 400 makes Fluent Bit drop the chunk, which nobody could read; anything else was queued or counted.
      return reply.code(isReadable ? 200 : 400).send();
    });
    return made;
  }

  async function take({ raw, headers }: FastifyRequest): Promise<boolean> {
    const body = httpBody(String(headers['content-encoding'] ?? '').trim().toLowerCase(), inbox, task);
    let takenBytes = 0;
    try {
      for await (const chunk of raw as AsyncIterable<Buffer>) {
        takenBytes += chunk.length;
        if (takenBytes > bodyLimitBytes) {
          inbox.lose('or more were beyond 256 MiB of one body', 1);
          break;
        }
        if (!body.isFull) await body.take(chunk);
      }
    } catch {
      // Broken off: whole records of it were taken.
    }
    return body.end();
  }

  const source: LiveSource = {
    name: `http:${options.address}`,
    async *read(_resume, signal) {
      if (signal.aborted) return;
      const opened = await open();
      try {
        // A place with a path was refused when the options were read.
        await opened.listen({ ...('port' in place ? place : {}), signal });
      } catch (error) {
        await opened.close();
        if (signal.aborted) return;
        throw failure('http', place, error);
      }
      server = opened;
      try {
        yield* inbox.batches(signal);
      } finally {
        server = undefined;
        await opened.close();
      }
    },
    health: () => [inbox.health()],
  };

  return {
    ...source,
    address() {
      const bound = (server?.server as Server | undefined)?.address();
      if (typeof bound !== 'object' || bound === null) return undefined;
      return `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
    },
    counts: () => ({ taken: inbox.taken, lost: inbox.lost, connections: 0, refused }),
  };
}
