/** HTTP as outputs need it: one request, guarded address, no redirects, bounded time and answer, failures named and without secrets. */
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import { FargazerError, SinkError, systemClock, type Clock } from '#contract';
import { AddressRefused, guardedLookup, isReachable } from './address.ts';
import { connectionFailure, failureOf, type Answer } from './failure.ts';

export type { Answer } from './failure.ts';

export interface RequestSettings {
  /** `POST` where absent. */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  /** For the whole exchange, answer included; 15,000 where absent. */
  timeoutMs?: number | undefined;
  /** Reach addresses of this machine and of private networks too. Link-local, where clouds keep credentials, never. */
  allowPrivate?: boolean | undefined;
  /** Read this much of the answer and no more, bytes; 65,536 where absent. With 0 the status alone is the answer, and nothing behind it is waited for. */
  maxAnswerBytes?: number;
  /** Where a service says failure in its own way (200 with `ok: false`, a wait inside the body): its failure, or undefined to judge by the status. */
  understand?: (answer: Answer) => SinkError | undefined;
  /** Texts that no error may show although the answer might repeat them; parts of the address and `authorization` are known already. */
  secrets?: readonly string[];
  clock?: Clock;
  /** How names are resolved; the system's way where absent. */
  lookup?: Parameters<typeof guardedLookup>[1];
}

const defaultTimeoutMs = 15_000;
const defaultAnswerBytes = 65_536;

/** Posts a value as JSON; else as `request`. */
export function postJson(url: string | URL, body: unknown, settings: RequestSettings = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json; charset=utf-8', ...settings.headers };
  return request(url, JSON.stringify(body), { ...settings, headers });
}

/** Sends one request and gives an answer of 2xx that `understand` takes for success; anything else is a SinkError. */
export async function request(url: string | URL, body: string | Uint8Array | undefined, settings: RequestSettings = {}): Promise<Answer> {
  const target = typeof url === 'string' ? httpAddress(url, 'an output') : url;
  const host = target.hostname;
  const { allowPrivate = false, clock = systemClock } = settings;
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0 && !isReachable(host, allowPrivate)) throw refused(host);
  const answer = await exchange(target, body, settings);
  const failure = settings.understand?.(answer) ?? failureOf(answer, host, clock, withoutSecrets(answer.text, target, settings));
  if (failure !== undefined) throw failure;
  return answer;
}

/** Parses the address of an output named `of`; the error says what is wrong and shows no part of it. */
export function httpAddress(url: string, of: string): URL {
  const target = URL.parse(url);
  const wrong = (what: string): FargazerError => new FargazerError('config-invalid', `The address of ${of} ${what}.`);
  if (target === null) throw wrong('is no URL');
  if (target.protocol !== 'https:' && target.protocol !== 'http:') throw wrong('must begin with https:// or http://');
  if (target.username !== '' || target.password !== '') throw wrong('must not hold a user name or password');
  return target;
}

function exchange(target: URL, body: string | Uint8Array | undefined, settings: RequestSettings): Promise<Answer> {
  const { method = 'POST', headers, timeoutMs = defaultTimeoutMs, allowPrivate = false, maxAnswerBytes = defaultAnswerBytes, lookup } = settings;
  const host = target.hostname;
  const transport = target.protocol === 'https:' ? https : http;
  const length: Record<string, string> = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      reject(error instanceof AddressRefused ? refused(host) : connectionFailure(error, host));
    };
    try {
      const options = { method, headers: { 'user-agent': 'fargazer', ...headers, ...length }, agent: false, lookup: guardedLookup(allowPrivate, lookup) };
      const sent = transport.request(target, options, (response) => {
        readAnswer(response, maxAnswerBytes, (text) => {
          clearTimeout(timer);
          sent.destroy();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        }, fail);
      });
      timer = setTimeout(() => {
        sent.destroy();
        reject(new SinkError('timeout', `${host} did not answer within ${timeoutMs / 1000} s.`, true));
      }, timeoutMs);
      sent.on('error', fail);
      sent.end(body);
    } catch (error) {
      fail(error);
    }
  });
}

/** Reads until the end or the bound; what follows the bound is never read, be it endless. */
function readAnswer(response: http.IncomingMessage, maxBytes: number, done: (text: string) => void, fail: (error: unknown) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const end = (): void => {
    response.removeAllListeners('data').removeAllListeners('end');
    done(Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'));
  };
  response.on('error', fail);
  // An answer that breaks off after its status has no end of its own; without `aborted` it would look like a time-out.
  response.on('aborted', () => fail(Object.assign(new Error('the answer broke off'), { code: 'ECONNRESET' })));
  if (maxBytes === 0) return end();
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxBytes) end();
  });
  response.on('end', end);
}

/** Parts of an address that are long enough to be keys: everything behind the host. */
const leastSecretCharacters = 6;

function withoutSecrets(text: string, target: URL, { headers = {}, secrets = [] }: RequestSettings): string {
  const authorizations = Object.entries(headers).flatMap(([name, value]) => (/^(?:authorization|.*(?:key|token).*)$/i.test(name) ? value.split(/[\s=,]+/) : []));
  const parts = [...target.pathname.split('/'), ...target.search.split(/[?&=]/), ...target.searchParams.values(), ...authorizations, ...secrets];
  const known = parts.flatMap((part) => [part, decoded(part)]).filter((part) => part.length >= leastSecretCharacters);
  return known.toSorted((a, b) => b.length - a.length).reduce((rest, part) => rest.replaceAll(part, '***'), text);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function refused(host: string): SinkError {
  return new SinkError('address-refused', `${host} is an address of this machine, its cloud or a private network; allow private addresses to reach it.`, false);
}
