/** Receivers over HTTP that fail half of the time, are down for a while, answer 429, and hang. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface MoodyReceiver {
  url: string;
  /** Bodies that were answered with 200, in order. */
  taken: { id: string; body: string }[];
  /** What became of requests. */
  met: { taken: number; failed: number; busy: number; hung: number; down: number; reset: number };
  close(): Promise<void>;
}

export interface Mood {
  /** From 0 to below 1, in any order. */
  random: () => number;
  /** Requests from `downAfter` on, for `downMs` of real time, are refused by a connection that breaks. */
  downAfter: number;
  downMs: number;
  /** Where there is no id in the headers, the body is its own. */
  idOf: (request: IncomingMessage, body: string) => string;
}

/** Of those that fail, how many hang and how many ask to wait. */
const shares = { hang: 0.006, busy: 0.12, reset: 0.22, failed: 0.5 };

export async function moodyReceiver({ random, downAfter, downMs, idOf }: Mood): Promise<MoodyReceiver> {
  let requests = 0;
  let downFromMs: number | undefined;
  const met = { taken: 0, failed: 0, busy: 0, hung: 0, down: 0, reset: 0 };
  const taken: MoodyReceiver['taken'] = [];
  const answer = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    requests += 1;
    if (requests >= downAfter) downFromMs ??= performance.now();
    const end = (status: number, count: keyof typeof met, headers: Record<string, string> = {}): void => {
      met[count] += 1;
      response.writeHead(status, headers).end(status === 200 ? 'ok' : '');
    };
    if (downFromMs !== undefined && performance.now() < downFromMs + downMs) {
      met.down += 1;
      return void response.socket?.resetAndDestroy();
    }
    const mood = random();
    if (mood < shares.hang) return void (met.hung += 1);
    if (mood < shares.busy) return end(429, 'busy', { 'retry-after': '2' });
    if (mood < shares.reset) {
      // It took it, and nobody hears of it: what comes again must be the same.
      taken.push({ id: idOf(request, body), body });
      met.reset += 1;
      return void response.socket?.resetAndDestroy();
    }
    if (mood < shares.failed) return end(500, 'failed');
    taken.push({ id: idOf(request, body), body });
    end(200, 'taken');
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk)).on('end', () => answer(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    taken,
    met,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}
