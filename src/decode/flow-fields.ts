/** Field layouts of VPC flow logs: which field stands at which place, from a header line, a setting or the default. */

/** Fields that are read, by their published names; all others of a layout are passed over. */
export const readFields = [
  'account-id', 'interface-id', 'srcaddr', 'dstaddr', 'srcport', 'dstport', 'protocol', 'packets', 'bytes', 'start', 'end',
  'action', 'log-status', 'tcp-flags', 'pkt-srcaddr', 'pkt-dstaddr', 'region', 'pkt-src-aws-service',
  'pkt-dst-aws-service', 'flow-direction', 'traffic-path', 'ecs-cluster-arn', 'ecs-cluster-name', 'ecs-service-name',
  'ecs-task-definition-arn', 'ecs-task-arn', 'ecs-task-id',
] as const;

export type FlowField = (typeof readFields)[number];

export interface FlowLayout {
  /** Fields a line must have. */
  length: number;
  /** Place of each field from 0; -1 where the layout has it not. */
  place: Readonly<Record<FlowField, number>>;
  /** Transit gateway flow logs have the same look and other fields; they are not read. */
  isTransitGateway: boolean;
}

/** The format where none was chosen: version 2, in this order. */
export const defaultFields =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status'.split(' ');

/** Published names that are not read, needed to know a header line. */
const otherFields = new Set([
  'version', 'vpc-id', 'subnet-id', 'instance-id', 'type', 'az-id', 'sublocation-type', 'sublocation-id',
  'ecs-container-instance-arn', 'ecs-container-instance-id', 'ecs-container-id', 'ecs-second-container-id', 'reject-reason',
  'resource-id', 'encryption-status', 'resource-type', 'tgw-id', 'tgw-attachment-id', 'packets-lost-no-route',
]);

const known = new Set<string>([...readFields, ...otherFields]);
const nameShape = /^\$?\{?[a-z][a-z0-9_-]*\}?$/;

/** Names as AWS publishes them: `${srcaddr}` (as in the setting of the flow log) and `pkt_srcaddr` (as in Athena) too. */
function publishedName(name: string): string {
  return name.replace(/^\$\{|\}$/g, '').replaceAll('_', '-').toLowerCase();
}

/** The layout of a list of names; names may also stand together in one text, with spaces or commas between. */
export function layoutOf(fields: readonly string[]): FlowLayout {
  // 200 is several times the number of published fields.
  const names = fields.join(' ').split(/[\s,]+/).filter((name) => name !== '').slice(0, 200).map(publishedName);
  const place = Object.create(null) as Record<FlowField, number>;
  for (const field of readFields) place[field] = names.indexOf(field);
  return { length: names.length, place, isTransitGateway: names.some((name) => name.startsWith('tgw-')) };
}

/** Names that no sentence of words has: `start`, `end`, `type` and their like are words too. */
function isDistinctive(name: string): boolean {
  return name.includes('-') || name.endsWith('addr') || name.endsWith('port');
}

/** The layout where the line is a header: all tokens look like names, half or more are published ones, one at least is no word. */
export function headerOf(line: string): FlowLayout | undefined {
  if (line.length > 4_096 || !/^\$?\{?[a-z]/.test(line)) return undefined;
  const tokens = line.trim().split(/\s+/);
  if (tokens.length < 2) return undefined;
  let knownCount = 0;
  let hasDistinctive = false;
  for (const token of tokens) {
    if (!nameShape.test(token)) return undefined;
    const name = publishedName(token);
    if (!known.has(name)) continue;
    knownCount += 1;
    hasDistinctive ||= isDistinctive(name);
  }
  return hasDistinctive && knownCount >= 2 && knownCount * 2 >= tokens.length ? layoutOf(tokens) : undefined;
}

/** Version 2 in its default order: 14 tokens, an interface at the third place, a status at the last. */
export function isDefaultLine(tokens: readonly string[]): boolean {
  return tokens.length === 14 && tokens[2]!.startsWith('eni-') && isStatus(tokens[13]!);
}

export function isStatus(token: string): boolean {
  return token === 'OK' || token === 'NODATA' || token === 'SKIPDATA';
}
