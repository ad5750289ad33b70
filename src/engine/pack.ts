/** Rows: events as short arrays, a page of them compressed, with its subjects named once. */
import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';
import { sharedList, type EventKind, type FargazerEvent, type MetricList, type Origin, type Subject } from '#contract';
import { subjectKey } from './reduce.ts';
import { shareText } from './shared-text.ts';

const base = ['feed', 'timeMs', 'timeNs', 'id', 'hasOwnId', 'count', 'origin', 'raw'] as const;

type FieldOf<Kind extends EventKind> = Exclude<keyof Extract<FargazerEvent, { kind: Kind }>, 'kind' | 'subject' | (typeof base)[number]>;

const fields: { readonly [Kind in EventKind]: readonly FieldOf<Kind>[] } = {
  log: ['templateId', 'template', 'severityText', 'isContinuation', 'piece'],
  metrics: ['list', 'values', 'spans'],
  network: [
    'clientAddress', 'serverAddress', 'serverPort', 'protocol', 'side', 'action', 'clientSentBytes',
    'serverSentBytes', 'packets', 'startMs', 'serverService', 'serverName', 'program', 'lineage', 'userId', 'activity', 'isLocal',
  ],
  dns: ['queryName', 'queryType', 'responseCode', 'answers', 'queryBytes', 'answerBytes'],
  api: [
    'system', 'actor', 'service', 'operation', 'isReadOnly', 'resource', 'namespace', 'outcome', 'errorCode',
    'sourceAddress', 'userAgent', 'request', 'response',
  ],
  task: [
    'status', 'desiredStatus', 'createdMs', 'startedMs', 'stoppedMs', 'stopCode', 'stoppedReason', 'launchType',
    'networkInterface', 'addresses', 'images', 'deployment',
  ],
  detection: ['product', 'type', 'title', 'severity'],
  coverage: ['state', 'detail'],
  process: [
    'activity', 'pid', 'program', 'lineage', 'arguments', 'userId', 'realUserId', 'parentUserId', 'capabilities', 'gainedCapabilities',
    'hasNoNewPrivileges', 'executable', 'executableChangedMs', 'isOfImage', 'isPrivilegedFile', 'streams', 'streamPeer', 'preloads', 'by',
    'seconds', 'foundBy',
  ],
  socket: ['activity', 'localAddress', 'localPort', 'protocol', 'program', 'lineage', 'userId'],
  file: ['activity', 'path', 'concern', 'isExecutable', 'hasSetId', 'program', 'lineage', 'sizeBytes'],
};

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
