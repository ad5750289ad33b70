/** One record of each format, and copies of them with something strange in each field in turn. */
import {
  cloudTrailRecord, containerInsightsLine, ecsTaskEvent, fireLensLine, kubernetesAuditLine, resolverLine, type JsonObject, type JsonValue,
} from '#contract';
import { sampleLines, sampleValue } from '../decode/sample.ts';
import { connections } from './recording.ts';

const at = Date.UTC(2026, 0, 5, 7, 50);
const parse = (line: string): JsonObject => JSON.parse(line) as JsonObject;

export const records: readonly JsonObject[] = [
  parse(fireLensLine({ at, service: 'shop', task: 2, log: 'GET /cart took 12 ms' })),
  parse(fireLensLine({ at, service: 'shop', task: 2, log: '{"level":"error","message":"no route"}' })),
  { log: 'a line\n', stream: 'stdout', time: new Date(at).toISOString() },
  parse(cloudTrailRecord({ at, id: 'c1', role: 'deploy', source: 'iam.amazonaws.com', name: 'AttachRolePolicy', request: { roleName: 'x', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' } })),
  parse(kubernetesAuditLine({ at, id: 'k1', user: 'anna', verb: 'create', resource: 'pods', namespace: 'shop', name: 'p', request: { spec: { containers: [{ name: 'a', securityContext: { privileged: true } }] } } })),
  parse(ecsTaskEvent({ at, id: 'e1', service: 'shop', task: 2, lastStatus: 'RUNNING' })),
  parse(containerInsightsLine({ at, service: 'shop', task: 2 })),
  parse(resolverLine({ at, task: 2, name: 'shop.example', answers: ['52.1.2.3'] })),
  parse(connections[0]!),
  sampleLines('panther-tests/guardduty.jsonl')[0] as JsonObject,
  sampleValue('ecs-exporter/fargate_task_metadata.json') as JsonObject,
  sampleValue('ecs-exporter/fargate_task_stats.json') as JsonObject,
  { messageType: 'DATA_MESSAGE', owner: '111122223333', logGroup: '/ecs/shop', logStream: 'ecs/app/0123456789abcdef0123456789abcdef', subscriptionFilters: ['f'], logEvents: [{ id: '37', timestamp: at, message: 'a line' }] },
];

/** Paths to every field of a value, to a depth that reaches the formats' own fields. */
function* paths(value: JsonValue, path: string[] = []): Generator<string[]> {
  if (typeof value !== 'object' || value === null || path.length > 6) return;
  for (const key of Object.keys(value)) {
    yield [...path, key];
    yield* paths((value as JsonObject)[key]!, [...path, key]);
  }
}

/** The record once per field, with the field's value replaced by what `change` makes of it; undefined leaves it out. */
export function* eachField(record: JsonObject, change: (value: JsonValue) => JsonValue | undefined): Generator<JsonObject> {
  for (const path of paths(record)) {
    const copy = structuredClone(record);
    let place = copy;
    for (const key of path.slice(0, -1)) place = place[key] as JsonObject;
    const made = change(place[path.at(-1)!]!);
    if (made === undefined) delete place[path.at(-1)!];
    else place[path.at(-1)!] = made;
    yield copy;
  }
}

/** The record with every text in it changed, keys included where `isKey`. */
export function everyText(value: JsonValue, change: (text: string) => string, isKey = false): JsonValue {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => everyText(item, change, isKey));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [isKey ? change(key) : key, everyText(inner, change, isKey)]));
}
