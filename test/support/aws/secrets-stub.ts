/** Secrets Manager and Parameter Store as their API references describe them (AWS JSON 1.1), as far as reading needs it, with failures on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SecretsStub {
  endpoint: string;
  /** By name or ARN. */
  secrets: Map<string, { text?: string; binary?: Uint8Array }>;
  parameters: Map<string, string>;
  /** Requests answered, in order. */
  requests: { operation: string; input: Record<string, unknown>; region: string }[];
  /** The next answers; `broken` breaks the connection. */
  fail(type: string, times?: number): void;
  close(): Promise<void>;
}

const account = '123456789012';

export async function secretsStub(): Promise<SecretsStub> {
  const failures: string[] = [];
  const server = createServer((request, response) => void answer(request, response).catch((error: unknown) => reply(response, 500, { __type: 'InternalFailure', message: String(error) })));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { authorization = '', 'x-amz-target': target = '', 'content-type': type } = request.headers;
    const [, region = '', service = ''] = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(authorization) ?? [];
    const input = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    stub.requests.push({ operation: String(target), input, region });
    const failure = failures.shift();
    if (failure === 'broken') return void request.socket.destroy();
    if (failure !== undefined) return reply(response, 400, { __type: failure, Message: `not ${JSON.stringify(input)}`, message: 'no' });
    // What the services refuse before anything else.
    if (type !== 'application/x-amz-json-1.1' || region === '') return reply(response, 400, { __type: 'SerializationException' });
    if (target === 'secretsmanager.GetSecretValue' && service === 'secretsmanager') return secretValue(input, region, response);
    if (target === 'AmazonSSM.GetParameter' && service === 'ssm') return parameter(input, region, response);
    reply(response, 400, { __type: 'UnknownOperationException' });
  }

  function secretValue({ SecretId: id }: Record<string, unknown>, region: string, response: ServerResponse): void {
    const found = stub.secrets.get(String(id));
    if (found === undefined) return reply(response, 400, { __type: 'ResourceNotFoundException', Message: "Secrets Manager can't find the specified secret." });
    reply(response, 200, {
      ARN: `arn:aws:secretsmanager:${region}:${account}:secret:${String(id)}-AbCdEf`, Name: id, VersionId: 'a'.repeat(32), VersionStages: ['AWSCURRENT'], CreatedDate: 1.7e9,
      ...(found.text === undefined ? {} : { SecretString: found.text }),
      ...(found.binary === undefined ? {} : { SecretBinary: Buffer.from(found.binary).toString('base64') }),
    });
  }

  function parameter({ Name: name, WithDecryption: isDecrypted }: Record<string, unknown>, region: string, response: ServerResponse): void {
    const value = stub.parameters.get(String(name));
    if (value === undefined) return reply(response, 400, { __type: 'ParameterNotFound' });
    // Without decryption a SecureString is its cipher text.
    const shown = isDecrypted === true ? value : 'AQICAHh';
    reply(response, 200, { Parameter: { ARN: `arn:aws:ssm:${region}:${account}:parameter${String(name)}`, Name: name, Type: 'SecureString', Value: shown, Version: 1, DataType: 'text', LastModifiedDate: 1.7e9 } });
  }

  function reply(response: ServerResponse, status: number, body: Record<string, unknown>): void {
    const error = status === 200 ? {} : { 'x-amzn-errortype': String(body['__type']) };
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'stub', ...error }).end(JSON.stringify(body));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stub: SecretsStub = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets: new Map(),
    parameters: new Map(),
    requests: [],
    fail: (type, times = 1) => void failures.push(...Array.from({ length: times }, () => type)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return stub;
}
