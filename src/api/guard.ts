/** What holds for every answer: headers, no trace of the inside, and no answer to pages that a browser was tricked into asking for. */
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { isLoopback, type ListenAddress } from './address.ts';

const headers: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export function guard(server: FastifyInstance, address: ListenAddress): void {
  const isLocal = isLoopback(address.host);
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    // A name that an attacker points at 127.0.0.1 makes a browser ask here in that name.
    if (isLocal && !isLoopback(request.hostname.replace(/^\[|\]$/g, ''))) {
      await reply.code(421).send({ error: 'This server answers to names of this machine alone.' });
    }
  });
  server.setNotFoundHandler(async (request, reply) => {
    const isOther = request.method !== 'GET' && request.method !== 'HEAD';
    if (isOther) reply.header('allow', 'GET, HEAD');
    return reply.code(isOther ? 405 : 404).send({ error: isOther ? 'Only GET and HEAD are answered.' : 'There are /healthz, /readyz and /metrics.' });
  });
  server.setErrorHandler(async (error: FastifyError, _, reply) => refuse(error, reply));
}

/** The answer to what could not be answered; what went wrong inside is not theirs to read. */
export function refuse(error: FastifyError, reply: FastifyReply): FastifyReply {
  const isTheirs = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500;
  return reply.headers(headers).code(isTheirs ? error.statusCode! : 500).send({ error: isTheirs ? 'The request is not one that is answered here.' : 'The answer could not be made.' });
}
