/** Lines as the sidecar's sensor writes them, for cases: connections, names asked for, listening sockets, processes. */
import { publishedLine, type ProcessActivity, type Program } from '#contract';
import { at as timeOf, iso as at, pipes, programAt, subject } from './sightings.ts';

export { iso as at, programAt as program } from './sightings.ts';

/** The second at which the teaching of a sidecar's story ends, as the shortest one does. */
export const taughtSeconds = 60;
export const teachUntil = at(taughtSeconds);

let lines = 0;
const own = '10.0.3.7';
const shared = (second: number) => ({ feed: 'sensor', timeMs: timeOf(second), id: `sensor-${(lines += 1)}`, count: 1, subject }) as const;

/** The application, and who started it. */
export const application = programAt('/app/bin/checkout');
export const init = programAt('/sbin/tini');

export interface Spoken {
  at: number;
  to?: string;
  port?: number;
  protocol?: number;
  by?: Program | undefined;
  lineage?: Program[];
  sent?: number;
  received?: number;
  isRejected?: boolean;
  isLocal?: boolean;
  side?: 'client' | 'server';
  from?: string;
  /** Seconds from its opening to its end; 0.05 unless told. */
  lasts?: number;
}

/** A connection: it opens, and closes with what it moved. Of a side that serves, `from` is who called. */
export function connectionLines(spoken: Spoken): string[] {
  const { to = '198.51.100.20', port = 443, protocol = 6, lineage = [init], side = 'client', lasts = 0.05 } = spoken;
  const by = 'by' in spoken ? spoken.by : application;
  const base = {
    kind: 'network', clientAddress: side === 'client' ? own : (spoken.from ?? '10.0.8.4'), serverAddress: side === 'client' ? to : own, serverPort: port, protocol, side,
    packets: 4, startMs: timeOf(spoken.at), ...(by === undefined ? {} : { program: by, lineage }), ...(spoken.isLocal === true ? { isLocal: true } : {}),
  } as const;
  return [
    publishedLine({ ...base, ...shared(spoken.at), action: 'accept', activity: 'open', clientSentBytes: 0, serverSentBytes: 0 }),
    publishedLine({
      ...base, ...shared(spoken.at + lasts), action: spoken.isRejected === true ? 'reject' : 'accept', activity: 'close',
      clientSentBytes: spoken.sent ?? (spoken.isRejected === true ? 0 : 900), serverSentBytes: spoken.received ?? (spoken.isRejected === true ? 0 : 2_400),
    }),
  ];
}

/** A name asked for and answered. */
export function lookupLine(asked: { at: number; name: string; answers?: string[]; type?: string; code?: string; bytes?: number }): string {
  const { bytes = 120 } = asked;
  return publishedLine({
    ...shared(asked.at), kind: 'dns', queryName: asked.name, queryType: asked.type ?? 'A', responseCode: asked.code ?? 'NOERROR', answers: asked.answers ?? [],
    queryBytes: Math.floor(bytes / 2), answerBytes: Math.ceil(bytes / 2),
  });
}

export function listenLine(heard: { at: number; port: number; address?: string; protocol?: number; by?: Program | undefined; lineage?: Program[] }): string {
  const by = 'by' in heard ? heard.by : application;
  return publishedLine({
    ...shared(heard.at), kind: 'socket', activity: 'listen', localAddress: heard.address ?? '0.0.0.0', localPort: heard.port, protocol: heard.protocol ?? 6, userId: 1_000,
    ...(by === undefined ? {} : { program: by, lineage: heard.lineage ?? [init] }),
  });
}

export function processLine(ran: {
  at: number;
  by: Program;
  activity?: ProcessActivity['activity'];
  arguments?: string[];
  lineage?: Program[];
  seconds?: number;
  executable?: ProcessActivity['executable'];
  isOfImage?: boolean;
}): string {
  return publishedLine({
    ...shared(ran.at), kind: 'process', activity: ran.activity ?? 'launch', pid: 4_711, program: ran.by, lineage: ran.lineage ?? [init], arguments: ran.arguments ?? [ran.by.path],
    userId: 1_000, realUserId: 1_000, parentUserId: 1_000, executable: ran.executable ?? 'file', isOfImage: ran.isOfImage ?? true, streams: pipes, foundBy: 'proc',
    ...(ran.seconds === undefined ? {} : { seconds: ran.seconds }),
  });
}

/** Something every so many seconds, from a second on and before another. */
export function every<Made>(step: number, from: number, to: number, make: (second: number, index: number) => Made[]): Made[] {
  const made: Made[] = [];
  for (let index = 0; from + index * step < to; index += 1) made.push(...make(from + index * step, index));
  return made;
}

/**
 * What checkout does all day: its supplier by name, its database, its cache within the task, the role's credentials, clients and
 * health checks that call it. `size` is how much of it.
 */
export function ordinary(from: number, to: number, size = 1): string[] {
  return [
    lookupLine({ at: from, name: 'api.payments.example', answers: ['198.51.100.20', '198.51.100.21'] }),
    listenLine({ at: from, port: 8_080 }),
    processLine({ at: from, by: application, arguments: ['/app/bin/checkout', '--serve'] }),
    ...every(2 / size, from + 0.1, to, (second, index) => [
      ...connectionLines({ at: second, to: `198.51.100.${20 + (index % 2)}` }),
      ...connectionLines({ at: second + 0.2, to: '10.0.9.10', port: 5_432, received: 9_000 }),
      ...connectionLines({ at: second + 0.3, to: '127.0.0.1', port: 6_379, isLocal: true }),
      ...connectionLines({ at: second + 0.4, side: 'server', port: 8_080, from: `10.0.8.${1 + (index % 9)}` }),
    ]),
    ...every(25 / size, from + 3, to, (second) => connectionLines({ at: second, to: '169.254.170.2', port: 80 })),
  ];
}
