/** A real HTTP server in the place of a service: what the stand-in says of each request, or any fault that networks and services have. */
import { createServer as createHttp, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { wrongCertificate, wrongCertificateKey } from './wrong-certificate.ts';

export interface ServiceRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The same, for what is no text. */
  bytes: Buffer;
}

export interface ServiceAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** What happens to a request instead of an answer of the service. */
export type Fault = ServiceAnswer | 'hang' | 'reset' | 'slow-body' | 'huge';

export interface HttpService {
  /** `http://127.0.0.1:PORT`. */
  origin: string;
  /** All of them, refused ones too, in order. */
  requests: ServiceRequest[];
  /** From now on; undefined for none. */
  fault: Fault | undefined;
  /** The fault of one request before that of all. */
  faultOf?: (request: ServiceRequest) => Fault | undefined;
  /** Bytes of huge answers that were handed to the network. */
  hugeBytes: number;
  close(): Promise<void>;
}

/** 50 MB, in the pieces that Node.js writes. */
const hugeBytes = 50_000_000;
const pieceBytes = 65_536;

/** Serves on a free port of the loopback address; `serve` is the service itself. */
export function openHttpService(serve: (request: ServiceRequest) => ServiceAnswer | Promise<ServiceAnswer>, { isWrongCertificate = false } = {}): Promise<HttpService> {
  return new Promise((resolve) => {
    const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body: bytes.toString(), bytes };
        service.requests.push(request);
        void answer(request, response);
      });
    };
    const answer = async (request: ServiceRequest, response: ServerResponse): Promise<void> => {
      const fault = service.faultOf?.(request) ?? service.fault;
      if (fault === 'hang') return;
      if (fault === 'reset') return void response.socket?.resetAndDestroy();
      if (fault === 'slow-body') return void response.writeHead(200, { 'content-length': '1000' }).write('{');
      if (fault === 'huge') return pour(response);
      const { status, headers, body } = fault ?? (await serve(request));
      response.writeHead(status, headers).end(body ?? '');
    };
    const pour = (response: ServerResponse): void => {
      response.writeHead(200, { 'content-type': 'application/json' });
      let left = hugeBytes;
      const more = (): void => {
        while (left > 0 && !response.destroyed) {
          left -= pieceBytes;
          service.hugeBytes += pieceBytes;
          if (!response.write(Buffer.alloc(pieceBytes, 'a'))) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    };
    const server = isWrongCertificate ? createHttps({ key: wrongCertificateKey, cert: wrongCertificate }, handle) : createHttp(handle);
    const service: HttpService = {
      origin: '', requests: [], fault: undefined, hugeBytes: 0,
      close: () => new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
    };
    server.listen(0, '127.0.0.1', () => {
      service.origin = `http${isWrongCertificate ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`;
      resolve(service);
    });
  });
}
