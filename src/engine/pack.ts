/** Rows: events as short arrays, a page of them compressed, with its subjects named once. */
import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';
import { sharedList, type EventKind, type FargazerEvent, type MetricList, type Origin, type Subject } from '#contract';
import { subjectKey } from './reduce.ts';
import { shareText } from './shared-text.ts';

const base = ['feed', 'timeMs', 'timeNs', 'id', 'hasOwnId', 'count', 'origin', 'raw'] as const;

type FieldOf<Kind extends EventKind> = Exclude<keyof Extract<FargazerEvent, { kind: Kind }>, 'kind' | 'subject' | (typeof base)[number]>;

/** In the order in which they are packed, which states hold: another goes to the end. None can be left out: it would be lost on the way. */
const packed: { readonly [Kind in EventKind]: Readonly<Record<FieldOf<Kind>, true>> } = {
  log: { templateId: true, template: true, severityText: true, isContinuation: true, piece: true },
  metrics: { list: true, values: true, spans: true },
  network: {
    clientAddress: true, serverAddress: true, serverPort: true, protocol: true, side: true, action: true, clientSentBytes: true,
    serverSentBytes: true, packets: true, startMs: true, serverService: true, serverName: true, program: true, lineage: true, userId: true,
    activity: true, isLocal: true,
  },
  dns: { queryName: true, queryType: true, responseCode: true, answers: true, queryBytes: true, answerBytes: true },
  api: {
    system: true, actor: true, service: true, operation: true, isReadOnly: true, resource: true, namespace: true, outcome: true, errorCode: true,
    sourceAddress: true, userAgent: true, request: true, response: true,
  },
  task: {
    status: true, desiredStatus: true, createdMs: true, startedMs: true, stoppedMs: true, stopCode: true, stoppedReason: true, launchType: true,
    networkInterface: true, addresses: true, images: true, deployment: true,
  },
  detection: { product: true, type: true, title: true, severity: true },
  coverage: { state: true, detail: true, nextWithinMs: true },
  process: {
    activity: true, pid: true, program: true, lineage: true, arguments: true, userId: true, realUserId: true, parentUserId: true, capabilities: true,
    gainedCapabilities: true, hasNoNewPrivileges: true, executable: true, executableChangedMs: true, isOfImage: true, isPrivilegedFile: true,
    streams: true, streamPeer: true, preloads: true, by: true, seconds: true, foundBy: true, means: true,
  },
  socket: { activity: true, localAddress: true, localPort: true, protocol: true, program: true, lineage: true, userId: true },
  file: {
    activity: true, path: true, concern: true, isExecutable: true, hasSetId: true, program: true, lineage: true, sizeBytes: true,
  },
};

const fields = Object.fromEntries(Object.entries(packed).map(([kind, of]) => [kind, Object.keys(of)])) as unknown as Readonly<Record<EventKind, readonly string[]>>;

interface Page {
  subjects: Subject[];
  rows: unknown[][];
}

/** Level 1: pages are read back within minutes, and telemetry compresses well at any level. */
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Events as one compressed page; `unpackPage` gives them back equal. */
export function packPage(events: Iterable<FargazerEvent>): Buffer {
  const page: Page = { subjects: [], rows: [] };
  const indexes = new Map<string, number>();
  for (const event of events) {
    const key = subjectKey(event.subject);
    let index = indexes.get(key);
    if (index === undefined) {
      index = page.subjects.push(event.subject) - 1;
      indexes.set(key, index);
    }
    const row: unknown[] = [event.kind, index];
    const values = event as unknown as Record<string, unknown>;
    for (const field of base) row.push(values[field]);
    for (const field of fields[event.kind]) row.push(values[field] ?? null);
    page.rows.push(row);
  }
  return zstdCompressSync(JSON.stringify(page), compression);
}

function share(text: unknown): unknown {
  return typeof text === 'string' ? shareText(text) : text;
}

export function unpackPage(bytes: Uint8Array): FargazerEvent[] {
  const page = JSON.parse(zstdDecompressSync(bytes).toString()) as Page;
  return page.rows.map((row) => {
    const kind = row[0] as EventKind;
    const event: Record<string, unknown> = { kind, subject: page.subjects[row[1] as number] };
    let place = 2;
    for (const field of base) event[field] = row[place++];
    for (const field of fields[kind]) {
      const value = row[place++];
      if (value !== null) event[field] = field === 'templateId' || field === 'template' ? share(value) : value;
    }
    const origin = event['origin'] as Origin;
    origin.file = shareText(origin.file);
    if (kind === 'metrics') event['list'] = sharedList(event['list'] as MetricList);
    return event as unknown as FargazerEvent;
  });
}
