/** Canned answers of the Kinesis API, for what a local stream does not do: throttling, refusals, servers that fail or hang. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Clock } from '#contract';
import { useAnyCredentials } from './kinesis.ts';

export interface Asked {
  operation: string;
  input: Record<string, unknown>;
  /** How often this operation was called before. */
  before: number;
  /** The clock's time. */
  atMs: number;
  authorization: string;
}

/** An answer, an error of the API, a status without a body, no answer at all, or a broken connection. */
export type Canned = { body: object } | { error: string; status?: number } | { status: number } | 'hang' | 'drop';

export interface CannedKinesis {
  endpoint: string;
  asked: Asked[];
}

export async function cannedKinesis(context: TestContext, clock: Clock, answer: (asked: Asked) => Canned): Promise<CannedKinesis> {
  useAnyCredentials();
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const input = JSON.parse(Buffer.concat(parts).toString() || '{}') as Record<string, unknown>;
      const one: Asked = { operation, input, before: asked.filter((other) => other.operation === operation).length, atMs: clock.now(), authorization: String(request.headers.authorization) };
      asked.push(one);
      const canned = answer(one);
      if (canned === 'hang') return;
      if (canned === 'drop') return void request.socket.destroy();
      const body = 'body' in canned ? canned.body : 'error' in canned ? { __type: canned.error, message: `the stub says ${canned.error}` } : undefined;
      response.writeHead('body' in canned ? 200 : (canned.status ?? 400), { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': `r-${asked.length}`, date: new Date(clock.now()).toUTCString() });
      response.end(body === undefined ? '' : JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Time passes by waiting alone, and then at once. */
export function jumpingClock(startMs = Date.UTC(2026, 1, 25, 6)): Clock & { pass(ms: number): void } {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        setImmediate(() => {
          nowMs += Math.max(0, ms);
          resolve();
        });
      }),
    pass(ms) {
      nowMs += ms;
    },
  };
}

/** A record as GetRecords writes it. */
export function cannedRecord(sequence: number | string, text: string, arrivalMs: number): object {
  return { SequenceNumber: String(sequence), Data: Buffer.from(text).toString('base64'), PartitionKey: 'p', ApproximateArrivalTimestamp: arrivalMs / 1_000 };
}

export function cannedShard(id: string, more: object = {}): object {
  return { ShardId: id, HashKeyRange: { StartingHashKey: '0', EndingHashKey: '1' }, SequenceNumberRange: { StartingSequenceNumber: '1' }, ...more };
}
