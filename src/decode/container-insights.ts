/** Container Insights performance events of ECS and EKS, and other lines in CloudWatch embedded metric format. */
import type { Decoded, Decoder, JsonObject, JsonValue, RawRecord, Subject } from '#contract';
import { ecsMetrics, eksMetrics } from './container-insights-metrics.ts';
import type { MetricField } from './container-insights-metrics.ts';
import { embeddedPoints } from './embedded-metrics.ts';
import { isObject, listOf, numberOf, objectOf, textOf } from './fields.ts';
import { instantOf } from './instant.ts';
import type { Instant } from './instant.ts';
import { MetricPoints } from './metric-point.ts';

export const containerInsights: Decoder = {
  id: 'container-insights',
  title: 'CloudWatch Container Insights performance events',
  source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-reference-performance-logs-ECS.html',
  feed: 'container-insights',
  framing: 'json',
  recognise: (head) => (head[0]?.value !== undefined && accepts(head[0].value) ? 1 : 0),
  accepts,
  open: ({ name }) => ({ decode: (record) => decode(record, name) }),
};

function accepts(value: JsonValue): boolean {
  if (!isObject(value)) return false;
  if (isEmbedded(value)) return true;
  return typeof value['Type'] === 'string' && typeof value['ClusterName'] === 'string' && 'Timestamp' in value;
}

function isEmbedded(value: Readonly<JsonObject>): boolean {
  return Array.isArray(objectOf(value['_aws'])['CloudWatchMetrics']);
}

function decode(record: RawRecord, name: string | undefined): Decoded {
  const value = objectOf(record.value);
  const type = textOf(value['Type']);
  const isKubernetes = 'kubernetes' in value;
  const fields = (isKubernetes ? eksMetrics : ecsMetrics).get(type);
  const isGeneric = fields === undefined && isEmbedded(value);
  if (fields === undefined && !isGeneric) return { skipped: 'Container Insights event of a type without metrics that are read' };
  const instant = timeOf(value, record);
  if (instant === undefined) return { unreadable: 'expected Timestamp in milliseconds since 1970 in a Container Insights event' };
  if (fields === undefined) return result(embeddedPoints(record, value, instant, name));
  const points = new MetricPoints('container-insights', record, instant);
  addPoints(points, fields, value, isKubernetes ? kubernetesSubject(value) : ecsSubject(value));
  return result(points);
}

function result({ points }: MetricPoints): Decoded {
  return points.length > 0 ? { events: points } : { skipped: 'metric event without values' };
}

/** Milliseconds as number (ECS) or text (EKS). */
function timeOf(value: Readonly<JsonObject>, record: RawRecord): Instant | undefined {
  const stamp = value['Timestamp'] ?? objectOf(value['_aws'])['Timestamp'];
  return instantOf(numberOf(stamp) ?? stamp) ?? instantOf(record.carrierTimeMs);
}

function addPoints(points: MetricPoints, fields: readonly MetricField[], value: Readonly<JsonObject>, subject: Subject): void {
  let last = '';
  for (const field of fields) {
    // A metric may stand in several rows, the better source first.
    if (field.metric === last) continue;
    const number = firstNumber(value, field.fields);
    if (number === undefined) continue;
    let scaled = number * field.scale;
    if (field.over !== undefined) {
      const whole = firstNumber(value, field.over);
      // Nothing reserved: there is no ratio.
      if (whole === undefined || whole <= 0) continue;
      scaled = number / whole;
    }
    points.add(subject, field.metric, field.unit, scaled, field.isCumulative === true);
    last = field.metric;
  }
}

function firstNumber(value: Readonly<JsonObject>, fields: readonly string[]): number | undefined {
  for (const field of fields) {
    const number = numberOf(value[field]);
    if (number !== undefined) return number;
  }
  return undefined;
}

function set(subject: Subject, key: keyof Subject, value: JsonValue | undefined): void {
  const text = textOf(value);
  if (text !== '') subject[key] = text;
}

function ecsSubject(value: Readonly<JsonObject>): Subject {
  const subject: Subject = {};
  set(subject, 'account', value['AccountID']);
  set(subject, 'region', value['Region']);
  set(subject, 'cluster', value['ClusterName']);
  set(subject, 'service', value['ServiceName']);
  set(subject, 'family', value['TaskDefinitionFamily']);
  set(subject, 'revision', value['TaskDefinitionRevision']);
  set(subject, 'task', value['TaskId']);
  set(subject, 'container', value['ContainerName']);
  if (value['Type'] === 'Instance') set(subject, 'host', value['EC2InstanceId']);
  return subject;
}

function kubernetesSubject(value: Readonly<JsonObject>): Subject {
  const names = objectOf(value['kubernetes']);
  const owner = objectOf(listOf(names['pod_owners'], 1)[0]);
  const subject: Subject = {};
  set(subject, 'cluster', value['ClusterName']);
  set(subject, 'namespace', value['Namespace'] ?? names['namespace_name']);
  // `PodName` is the name of the workload; the pod's own stands in `kubernetes`.
  set(subject, 'workload', value['PodName'] ?? owner['owner_name']);
  set(subject, 'pod', names['pod_name']);
  set(subject, 'container', names['container_name']);
  set(subject, 'host', value['NodeName'] ?? names['host']);
  return subject;
}
