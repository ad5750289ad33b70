/** CloudWatch Logs as its API reference describes it (AWS JSON 1.1), as far as reading needs it, with failures on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';

export interface StubEvent {
  timestamp: number;
  message: string;
  /** The stub's time when it was put, where absent. */
  ingestionTime?: number;
}

interface StoredEvent extends Required<StubEvent> {
  stream: string;
  eventId: string;
  /** Stub time from which FilterLogEvents finds it. */
  visibleMs: number;
}

interface StubGroup {
  events: StoredEvent[];
  creationTime: number;
  storedBytes: number;
  retentionInDays?: number;
  logGroupClass: string;
}

export interface Failure {
  status?: number;
  /** `ThrottlingException` */
  type: string;
  message?: string;
  /** Only this operation; every one where absent. */
  operation?: string;
  /** So many answers; one where absent. */
  times?: number;
  /** The connection is broken instead of answered. */
  isBroken?: boolean;
}

export interface CloudWatchLogsStub {
  endpoint: string;
  /** Requests answered, in order. */
  requests: { operation: string; input: Record<string, any> }[];
  createGroup(name: string, about?: Partial<Omit<StubGroup, 'events'>>): void;
  deleteGroup(name: string): void;
  put(group: string, stream: string, events: readonly StubEvent[], visibleAfterMs?: number): void;
  fail(failure: Failure): void;
  /** Every page is preceded by so many empty ones with a token. */
  emptyPages: number;
  /** Events a page at most. */
  pageEvents: number;
  /** What the coming session updates of a Live Tail tell: put events go to open sessions at once. */
  tail(group: string, events: readonly (StubEvent & { stream: string })[], isSampled?: boolean): void;
  sessions(): number;
  /** Ends the open sessions: by AWS's exception, or by breaking the connection. */
  endSessions(how: 'timeout' | 'broken'): void;
  close(): Promise<void>;
}

export const stubAccount = '123456789012';
export const arnOf = (group: string): string => `arn:aws:logs:us-east-1:${stubAccount}:log-group:${group}`;

/** `now` is the service's clock, told in the header `Date`. */
export async function cloudWatchLogsStub(now: () => number = Date.now): Promise<CloudWatchLogsStub> {
  const groups = new Map<string, StubGroup>();
  const failures: Failure[] = [];
  const sessions = new Set<{ response: ServerResponse; groups: Set<string> }>();
  let eventCount = 0;
  let requestCount = 0;

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => reply(response, 500, { __type: 'InternalFailure', message: String(error) }));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const target = String(request.headers['x-amz-target'] ?? '');
    const operation = /^Logs_20140328\.(\w+)$/.exec(target)?.[1] ?? '';
    const input = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, any>;
    stub.requests.push({ operation, input });
    const failure = failures.find((each) => each.operation === undefined || each.operation === operation);
    if (failure !== undefined) {
      failure.times = (failure.times ?? 1) - 1;
      if (failure.times <= 0) failures.splice(failures.indexOf(failure), 1);
      if (failure.isBroken === true) {
        request.socket.destroy();
        return;
      }
      return reply(response, failure.status ?? 400, { __type: failure.type, message: failure.message ?? 'Rate exceeded' });
    }
    const operate = operations[operation];
    if (operate === undefined) return reply(response, 400, { __type: 'UnknownOperationException' });
    operate(input, response);
  }

  function reply(response: ServerResponse, status: number, body: unknown): void {
    response.writeHead(status, head('application/x-amz-json-1.1')).end(JSON.stringify(body));
  }

  const head = (type: string): Record<string, string> => ({
    'content-type': type,
    'x-amzn-requestid': `00000000-0000-4000-8000-${String(++requestCount).padStart(12, '0')}`,
    'date': new Date(now()).toUTCString(),
  });

  function groupOf(input: Record<string, any>, response: ServerResponse): StubGroup | undefined {
    const { logGroupName, logGroupIdentifier } = input;
    if ((logGroupName === undefined) === (logGroupIdentifier === undefined)) {
      reply(response, 400, { __type: 'InvalidParameterException', message: 'Exactly one of logGroupName and logGroupIdentifier is needed.' });
      return undefined;
    }
    const name = logGroupName ?? String(logGroupIdentifier).replace(/^arn:.*:log-group:/, '');
    const group = groups.get(name);
    if (group === undefined) reply(response, 400, { __type: 'ResourceNotFoundException', message: 'The specified log group does not exist.' });
    return group;
  }

  const filtered = (event: StoredEvent): Record<string, unknown> => ({
    logStreamName: event.stream,
    timestamp: event.timestamp,
    message: event.message,
    ingestionTime: event.ingestionTime,
    eventId: event.eventId,
  });

  const operations: Record<string, (input: Record<string, any>, response: ServerResponse) => void> = {
    DescribeLogGroups({ logGroupNamePrefix = '', limit = 50, nextToken }, response) {
      const names = [...groups.keys()].filter((name) => name.startsWith(logGroupNamePrefix)).toSorted();
      const from = nextToken === undefined ? 0 : Number(nextToken);
      const page = names.slice(from, from + limit);
      reply(response, 200, {
        logGroups: page.map((name) => {
          const { events: _, ...about } = groups.get(name) as StubGroup;
          return { logGroupName: name, arn: `${arnOf(name)}:*`, logGroupArn: arnOf(name), metricFilterCount: 0, ...about };
        }),
        ...(from + limit < names.length ? { nextToken: String(from + limit) } : {}),
      });
    },

    DescribeLogStreams(input, response) {
      const group = groupOf(input, response);
      if (group === undefined) return;
      const prefix = input.logStreamNamePrefix ?? '';
      const names = [...new Set(group.events.map(({ stream }) => stream))].filter((name) => name.startsWith(prefix)).toSorted();
      const from = Number(input.nextToken ?? 0);
      const limit = input.limit ?? 50;
      reply(response, 200, { logStreams: names.slice(from, from + limit).map((logStreamName) => ({ logStreamName })), ...(from + limit < names.length ? { nextToken: String(from + limit) } : {}) });
    },

    FilterLogEvents(input, response) {
      const group = groupOf(input, response);
      if (group === undefined) return;
      const { startTime = 0, endTime = Infinity, filterPattern = '', limit = 10_000, nextToken } = input;
      if (startTime < 0 || limit < 1 || limit > 10_000) return reply(response, 400, { __type: 'InvalidParameterException', message: 'A parameter is out of its range.' });
      // A token goes on behind the last event given, whatever was put since.
      const token = nextToken === undefined ? { empty: 0, after: '' } : (JSON.parse(Buffer.from(String(nextToken), 'base64').toString()) as { empty: number; after: string });
      const make = (empty: number, after: string): string => Buffer.from(JSON.stringify({ empty, after })).toString('base64');
      if (token.empty < stub.emptyPages) return reply(response, 200, { events: [], searchedLogStreams: [], nextToken: make(token.empty + 1, token.after) });
      const words = String(filterPattern).replaceAll('"', '');
      const found = group.events
        .filter(({ timestamp, message, visibleMs }) => visibleMs <= now() && timestamp >= startTime && timestamp <= endTime && message.includes(words))
        .map((event) => ({ event, key: keyOf(event) }))
        .filter(({ key }) => key > token.after)
        .toSorted((left, right) => (left.key < right.key ? -1 : 1));
      const size = Math.min(limit, stub.pageEvents);
      const page = found.slice(0, size);
      reply(response, 200, {
        events: page.map(({ event }) => filtered(event)),
        searchedLogStreams: [],
        ...(found.length > size ? { nextToken: make(0, page.at(-1)?.key ?? '') } : {}),
      });
    },

    GetLogEvents(input, response) {
      const group = groupOf(input, response);
      if (group === undefined) return;
      const { logStreamName, startTime = 0, endTime = Infinity, nextToken, limit = 10_000 } = input;
      const found = group.events.filter(({ stream, timestamp, visibleMs }) => stream === logStreamName && visibleMs <= now() && timestamp >= startTime && timestamp < endTime);
      const from = Number(/^f\/(\d+)$/.exec(nextToken ?? 'f/0')?.[1] ?? 0);
      const page = found.slice(from, from + Math.min(limit, stub.pageEvents));
      // The end is told by the same token again.
      reply(response, 200, { events: page.map(filtered), nextForwardToken: `f/${from + page.length}`, nextBackwardToken: `b/${from}` });
    },

    StartLiveTail({ logGroupIdentifiers = [] }, response) {
      const names = (logGroupIdentifiers as string[]).map((arn) => arn.replace(/^arn:.*:log-group:/, ''));
      if (names.length > 10) return reply(response, 400, { __type: 'InvalidParameterException', message: 'At most 10 log groups.' });
      if (names.some((name) => !groups.has(name))) return reply(response, 400, { __type: 'ResourceNotFoundException', message: 'The specified log group does not exist.' });
      response.writeHead(200, head('application/vnd.amazon.eventstream'));
      response.write(message({ ':message-type': 'event', ':event-type': 'initial-response', ':content-type': 'application/x-amz-json-1.1' }, {}));
      response.write(update('sessionStart', { requestId: 'r', sessionId: 's', logGroupIdentifiers }));
      const session = { response, groups: new Set(names) };
      sessions.add(session);
      response.on('close', () => sessions.delete(session));
    },
  };

  const stub: CloudWatchLogsStub = {
    endpoint: '',
    requests: [],
    emptyPages: 0,
    pageEvents: 10_000,
    createGroup(name, about = {}) {
      groups.set(name, { events: [], creationTime: now(), storedBytes: 0, logGroupClass: 'STANDARD', ...about });
    },
    deleteGroup: (name) => void groups.delete(name),
    put(group, stream, events, visibleAfterMs = 0) {
      const into = groups.get(group);
      if (into === undefined) throw new Error(`there is no group ${group}`);
      for (const { timestamp, message: text, ingestionTime = now() } of events) {
        // Ids of CloudWatch Logs are 56 digits.
        const eventId = `3${String(++eventCount).padStart(55, '0')}`;
        into.events.push({ timestamp, message: text, ingestionTime, stream, eventId, visibleMs: ingestionTime + visibleAfterMs });
        into.storedBytes += Buffer.byteLength(text) + 26;
      }
    },
    fail: (failure) => void failures.push({ ...failure }),
    tail(group, events, isSampled = false) {
      for (const session of sessions) {
        if (!session.groups.has(group)) continue;
        const sessionResults = events.map(({ stream, timestamp, message: text, ingestionTime = now() }) => ({
          logStreamName: stream,
          logGroupIdentifier: `${stubAccount}:${group}`,
          message: text,
          timestamp,
          ingestionTime,
        }));
        session.response.write(update('sessionUpdate', { sessionMetadata: { sampled: isSampled }, sessionResults }));
      }
    },
    sessions: () => sessions.size,
    endSessions(how) {
      for (const { response } of sessions) {
        if (how === 'broken') response.destroy();
        else response.end(message({ ':message-type': 'exception', ':exception-type': 'SessionTimeoutException', ':content-type': 'application/json' }, { message: 'Session timed out' }));
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stub.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return stub;
}

/** The documented order: event time, ingestion time, request. */
function keyOf({ timestamp, ingestionTime, eventId }: StoredEvent): string {
  return `${String(timestamp).padStart(15, '0')}/${String(ingestionTime).padStart(15, '0')}/${eventId}`;
}

function update(type: string, body: unknown): Buffer {
  return message({ ':message-type': 'event', ':event-type': type, ':content-type': 'application/json' }, body);
}

/** A message of the event stream encoding: prelude and its checksum, headers, payload, checksum of all. */
function message(headers: Readonly<Record<string, string>>, body: unknown): Buffer {
  const encoded = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const header = Buffer.alloc(1 + name.length + 3 + value.length);
      header.writeUInt8(name.length, 0);
      header.write(name, 1);
      header.writeUInt8(7, 1 + name.length);
      header.writeUInt16BE(value.length, 2 + name.length);
      header.write(value, 4 + name.length);
      return header;
    }),
  );
  const payload = Buffer.from(JSON.stringify(body));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + encoded.length + payload.length, 0);
  prelude.writeUInt32BE(encoded.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const whole = Buffer.concat([prelude, encoded, payload]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(whole));
  return Buffer.concat([whole, sum]);
}
