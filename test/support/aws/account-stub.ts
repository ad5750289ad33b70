/** An AWS account in one server: answers calls of several services in their wire protocols (JSON, REST JSON, query) from a table. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a call is answered with: a value, a function of its input, or a failure. */
export type Answer = Record<string, unknown> | ((input: Record<string, any>) => Record<string, unknown> | Failure) | Failure;

export class Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  constructor(status: number, code: string, message: string) {
    this.status = status;
    this.code = code;
    this.message = message;
  }
}

/** A map in the query protocol: `<entry><key/><value/></entry>`. */
export class Entries {
  readonly of: Record<string, string>;
  constructor(of: Record<string, string>) {
    this.of = of;
  }
}

export interface AccountStub {
  endpoint: string;
  /** By `service:Operation`, as permissions are written. */
  answers: Map<string, Answer>;
  /** Calls in order. */
  calls: { call: string; input: Record<string, any> }[];
  close(): Promise<void>;
}

const targets: Readonly<Record<string, string>> = { Kinesis_20131202: 'kinesis', DynamoDB_20120810: 'dynamodb', Logs_20140328: 'logs', AmazonSQS: 'sqs' };

/** Versions of the query APIs, by which their requests are told apart. */
const queryVersions: Readonly<Record<string, string>> = { '2010-05-15': 'cloudformation', '2010-03-31': 'sns' };

export async function accountStub(answers: Record<string, Answer>): Promise<AccountStub> {
  const stub: AccountStub = { endpoint: '', answers: new Map(Object.entries(answers)), calls: [], close: async () => undefined };
  const server = createServer((request, response) => {
    void handle(stub, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stub.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stub.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return stub;
}

async function handle(stub: AccountStub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const [version = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  const service = targets[version];
  if (service !== undefined) return answerJson(stub, `${service}:${operation}`, JSON.parse(body) as Record<string, any>, response, `application/x-amz-json-1.${service === 'dynamodb' || service === 'sqs' ? 0 : 1}`);
  const url = new URL(request.url ?? '/', 'http://stub');
  if (url.pathname.startsWith('/2015-03-31/')) {
    const name = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/.exec(url.pathname)?.[1];
    const call = name === undefined ? 'lambda:ListEventSourceMappings' : 'lambda:GetFunctionConfiguration';
    return answerJson(stub, call, { FunctionName: name ?? url.searchParams.get('FunctionName') }, response, 'application/json');
  }
  const parameters = Object.fromEntries(new URLSearchParams(body));
  answerQuery(stub, `${queryVersions[parameters['Version'] ?? ''] ?? 'unknown'}:${parameters['Action'] ?? ''}`, parameters, response);
}

function answerOf(stub: AccountStub, call: string, input: Record<string, any>): Record<string, unknown> | Failure {
  stub.calls.push({ call, input });
  const answer = stub.answers.get(call) ?? new Failure(400, 'UnknownOperationException', `${call} is not answered here`);
  return typeof answer === 'function' ? answer(input) : answer;
}

function answerJson(stub: AccountStub, call: string, input: Record<string, any>, response: ServerResponse, type: string): void {
  const answer = answerOf(stub, call, input);
  const headers = { 'content-type': type, 'x-amzn-requestid': 'stub' };
  if (answer instanceof Failure) response.writeHead(answer.status, { ...headers, 'x-amzn-errortype': answer.code }).end(JSON.stringify({ __type: answer.code, message: answer.message, Message: answer.message }));
  else response.writeHead(200, headers).end(JSON.stringify(answer));
}

function answerQuery(stub: AccountStub, call: string, input: Record<string, any>, response: ServerResponse): void {
  const answer = answerOf(stub, call, input);
  const headers = { 'content-type': 'text/xml' };
  const operation = call.split(':')[1] ?? '';
  if (answer instanceof Failure) response.writeHead(answer.status, headers).end(`<ErrorResponse><Error><Type>Sender</Type>${xml({ Code: answer.code, Message: answer.message })}</Error><RequestId>stub</RequestId></ErrorResponse>`);
  else response.writeHead(200, headers).end(`<${operation}Response><${operation}Result>${xml(answer)}</${operation}Result><ResponseMetadata><RequestId>stub</RequestId></ResponseMetadata></${operation}Response>`);
}

function xml(value: unknown): string {
  if (Array.isArray(value)) return value.map((member) => `<member>${xml(member)}</member>`).join('');
  if (value instanceof Entries) return Object.entries(value.of).map(([key, text]) => `<entry>${xml({ key, value: text })}</entry>`).join('');
  if (typeof value === 'object' && value !== null) return Object.entries(value).map(([name, inner]) => `<${name}>${xml(inner)}</${name}>`).join('');
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
