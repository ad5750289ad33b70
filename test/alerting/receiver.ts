/** A real HTTP server that keeps what it was sent and answers as told. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Receiver {
  url: string;
  received: { headers: IncomingHttpHeaders; body: string; method: string }[];
  /** What it answers from now on; `silence` never answers. */
  answer: { status: number; headers?: Record<string, string> } | 'silence';
  close(): Promise<void>;
}

export function openReceiver(path = '/hook/path-is-secret'): Promise<Receiver> {
  return new Promise((resolve) => {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        receiver.received.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), method: request.method ?? '' });
        if (receiver.answer === 'silence') return;
        response.writeHead(receiver.answer.status, receiver.answer.headers).end('ok');
      });
    });
    const receiver: Receiver = {
      url: '',
      received: [],
      answer: { status: 200 },
      close: () => new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
    };
    server.listen(0, '127.0.0.1', () => {
      receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
      resolve(receiver);
    });
  });
}
