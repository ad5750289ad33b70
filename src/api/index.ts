/** The HTTP server of a running fargazer: is it alive, is it ready, and its metrics. Read-only, and bound to this machine unless told otherwise. */
import type { FastifyInstance } from 'fastify';
import { FargazerError, type Health } from '#contract';
import { urlHost, type ListenAddress } from './address.ts';
import { guard, refuse } from './guard.ts';
import { healthAnswer, readyAnswer } from './answers.ts';

export type { ListenAddress } from './address.ts';

export interface ServeSettings {
  address: ListenAddress;
  registry: { readonly contentType: string; metrics(): Promise<string> };
  /** Asked for each request; must not wait for anything. */
  health: () => Health;
}

export interface Server {
  /** Where it listens; the port that was given out where 0 was asked for. */
  address: ListenAddress;
  /** Ends open connections and listens no more. */
  close(): Promise<void>;
}

/** Probes and scrapers send a few hundred bytes of headers and no body. */
const largestHeaderBytes = 8_192;
const largestBodyBytes = 1_024;
/** Who has not sent a request within this time, milliseconds, is cut off. */
const requestMs = 5_000;
/** A scraper or two, a probe or two, a person: more at a time is a flood. */
const mostConnections = 64;

/** Listens, or throws `address-taken`. The server's library is loaded here, so that who serves nothing does not pay for it. */
export async function serve({ address, registry, health }: ServeSettings): Promise<Server> {
  // By its default: it is a CommonJS package, which in the bundle has no other name.
  const { default: fastify } = await import('fastify');
  const server = fastify({
    logger: false,
    bodyLimit: largestBodyBytes,
    requestTimeout: requestMs,
    connectionTimeout: 2 * requestMs,
    keepAliveTimeout: 2 * requestMs,
    forceCloseConnections: true,
    exposeHeadRoutes: true,
    frameworkErrors: (error, _, reply) => void refuse(error, reply),
    routerOptions: { maxParamLength: 100 },
    http: { maxHeaderSize: largestHeaderBytes, headersTimeout: requestMs },
  });
  server.server.maxConnections = mostConnections;
  guard(server, address);
  routes(server, registry, health);
  try {
    await server.listen({ host: address.host, port: address.port });
  } catch (error) {
    await server.close();
    throw taken(address, error);
  }
  const bound = server.server.address();
  return {
    address: { host: address.host, port: typeof bound === 'object' && bound !== null ? bound.port : address.port },
    close: () => server.close(),
  };
}

function routes(server: FastifyInstance, registry: ServeSettings['registry'], health: () => Health): void {
  server.get('/healthz', async (_, reply) => {
    const { status, body } = healthAnswer(health);
    return reply.code(status).send(body);
  });
  server.get('/readyz', async (_, reply) => {
    const { status, body } = readyAnswer(health);
    return reply.code(status).send(body);
  });
  // Scrapers that come at once share one answer: making it costs more than all else here.
  let made: Promise<string> | undefined;
  server.get('/metrics', async (_, reply) => {
    made ??= registry.metrics().finally(() => (made = undefined));
    return reply.type(registry.contentType).send(await made);
  });
}

function taken(address: ListenAddress, error: unknown): FargazerError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const where = `${urlHost(address.host)}:${address.port}`;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program listens there',
    EACCES: 'this user may not listen there',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'there is no such name',
    EAI_AGAIN: 'the name could not be looked up',
  };
  return new FargazerError('address-taken', `The HTTP server cannot listen on ${where}: ${reasons[code] ?? code}. Nothing was read yet. Choose another http.address, or off.`, { cause: error });
}
