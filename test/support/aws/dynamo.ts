/** A DynamoDB on a loopback port: dynalite behind a door that counts requests and fails on demand. */
import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

const dynalite = createRequire(import.meta.url)('dynalite') as (options: { createTableMs?: number; deleteTableMs?: number }) => Server;

export interface DynamoRequest {
  /** `PutItem` */
  operation: string;
  /** As sent. */
  body: Record<string, unknown>;
}

/**
 * What goes wrong with a request. `drop`: the connection breaks before it is applied; `lose-answer`: after it was;
 * `leave-over`: a BatchWriteItem applies its first write and gives the others back.
 */
export type DynamoFault = 'throttle' | 'internal-error' | 'access-denied' | 'expired-token' | 'drop' | 'lose-answer' | 'leave-over';

const errors: Partial<Record<DynamoFault, { status: number; type: string; message: string }>> = {
  'throttle': { status: 400, type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', message: 'The level of configured provisioned throughput for the table was exceeded.' },
  'internal-error': { status: 500, type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'The request could not be processed.' },
  'access-denied': { status: 400, type: 'com.amazon.coral.service#AccessDeniedException', message: 'User is not authorized to perform this action.' },
  'expired-token': { status: 400, type: 'com.amazon.coral.service#ExpiredTokenException', message: 'The security token included in the request is expired' },
};

export interface DynamoStandIn {
  readonly endpoint: string;
  /** For a client of one's own. */
  readonly clientConfig: DynamoDBClientConfig;
  /** Every request since the start, in order of arrival. */
  readonly requests: DynamoRequest[];
  /** Asked before each request is applied; undefined lets it pass. */
  fault?: (request: DynamoRequest) => DynamoFault | undefined;
  /** Awaited before each request is applied: what shall happen in between. */
  before?: (request: DynamoRequest) => Promise<void> | void;
  /** A real client; the caller destroys it, or `close` does. */
  client(): DynamoDBClient;
  /** The table that `dynamodbStore` needs. */
  createTable(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function dynamoStandIn(): Promise<DynamoStandIn> {
  const behind = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  await listening(behind);
  const port = portOf(behind);
  const door = createServer((request, response) => void serve(standIn, port, request, response).catch(() => response.destroy()));
  await listening(door);
  const endpoint = `http://127.0.0.1:${portOf(door)}`;
  const clientConfig: DynamoDBClientConfig = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'stub', secretAccessKey: 'stub' } };
  const clients: DynamoDBClient[] = [];
  const standIn: DynamoStandIn = {
    endpoint,
    clientConfig,
    requests: [],
    client() {
      const client = new DynamoDBClient(clientConfig);
      clients.push(client);
      return client;
    },
    async createTable(name) {
      await standIn.client().send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'sk', AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
        }),
      );
    },
    async close() {
      for (const client of clients) client.destroy();
      await closed(door);
      await closed(behind);
    },
  };
  return standIn;
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  const done = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await done;
}

async function serve(standIn: DynamoStandIn, port: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = await read(request);
  const seen: DynamoRequest = { operation: String(request.headers['x-amz-target']).split('.')[1] ?? '', body: JSON.parse(body.toString()) as Record<string, unknown> };
  standIn.requests.push(seen);
  await standIn.before?.(seen);
  const fault = standIn.fault?.(seen);
  if (fault === 'drop') return void response.destroy();
  const error = fault === undefined ? undefined : errors[fault];
  if (error !== undefined) {
    response.writeHead(error.status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'STANDIN' });
    return void response.end(JSON.stringify({ __type: error.type, message: error.message }));
  }
  let left: Record<string, unknown[]> | undefined;
  if (fault === 'leave-over') {
    const items = seen.body.RequestItems as Record<string, unknown[]>;
    left = Object.fromEntries(Object.entries(items).map(([table, writes]) => [table, writes.slice(1)]));
    body = Buffer.from(JSON.stringify({ ...seen.body, RequestItems: Object.fromEntries(Object.entries(items).map(([table, writes]) => [table, writes.slice(0, 1)])) }));
  }
  const answer = await passedOn(port, request, body);
  if (fault === 'lose-answer') return void response.destroy();
  if (left === undefined) {
    response.writeHead(answer.status, answer.headers);
    return void response.end(answer.body);
  }
  // The checksum is that of the answer as dynalite gave it.
  const { 'x-amz-crc32': _, 'content-length': __, ...headers } = answer.headers;
  response.writeHead(answer.status, headers);
  response.end(JSON.stringify({ ...(JSON.parse(answer.body.toString()) as object), UnprocessedItems: left }));
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function passedOn(port: number, { method, url, headers }: IncomingMessage, body: Buffer): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const out = forward({ host: '127.0.0.1', port, method, path: url, headers: { ...headers, 'content-length': String(body.length) } }, (answer) => {
      read(answer).then((bytes) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: bytes }), reject);
    });
    out.on('error', reject);
    out.end(body);
  });
}
