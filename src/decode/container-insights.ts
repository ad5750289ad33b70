/** Container Insights performance events of ECS and EKS, and other lines in CloudWatch embedded metric format. */
import type { Decoded, Decoder, JsonObject, JsonValue, RawRecord, Subject } from '#contract';
import { ecsMetrics, eksMetrics } from './container-insights-metrics.ts';
import type { MetricField } from './container-insights-metrics.ts';
import { embeddedPoints } from './embedded-metrics.ts';
import { isObject, listOf, numberOf, objectOf, textOf } from './fields.ts';
import { instantOf } from './instant.ts';
import type { Instant } from './instant.ts';
import { MetricPoints } from './metric-point.ts';
import { SubjectNames } from './subject-names.ts';

export const containerInsights: Decoder = {
  id: 'container-insights',
  title: 'CloudWatch Container Insights performance events',
  source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-reference-performance-logs-ECS.html',
  feed: 'container-insights',
  framing: 'json',
  recognise: (head) => (head[0]?.value !== undefined && accepts(head[0].value) ? 1 : 0),
  accepts,
  open({ name }) {
    const subjects = new SubjectNames();
    return { decode: (record) => decode(record, name, subjects) };
  },
};

function accepts(value: JsonValue): boolean {
  if (!isObject(value)) return false;
  if (isEmbedded(value)) return true;
  return typeof value['Type'] === 'string' && typeof value['ClusterName'] === 'string' && 'Timestamp' in value;
}

function isEmbedded(value: Readonly<JsonObject>): boolean {
  return Array.isArray(objectOf(value['_aws'])['CloudWatchMetrics']);
}

function decode(record: RawRecord, name: string | undefined, subjects: SubjectNames): Decoded {
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
  addPoints(points, fields, value, isKubernetes ? kubernetesSubject(value, subjects) : ecsSubject(value, type, subjects));
  return result(points);
}

function result(points: MetricPoints): Decoded {
  const events = points.finish();
  return events.length > 0 ? { events } : { skipped: 'metric event without values' };
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

function ecsSubject(value: Readonly<JsonObject>, type: string, subjects: SubjectNames): Subject {
  const task = textOf(value['TaskId']);
  const service = textOf(value['ServiceName']);
  return subjects.of(task === '' ? service : task, {
    account: textOf(value['AccountID']),
    region: textOf(value['Region']),
    cluster: textOf(value['ClusterName']),
    service,
    family: textOf(value['TaskDefinitionFamily']),
    revision: textOf(value['TaskDefinitionRevision']),
    task,
    container: textOf(value['ContainerName']),
    host: type === 'Instance' ? textOf(value['EC2InstanceId']) : '',
  });
}

function kubernetesSubject(value: Readonly<JsonObject>, subjects: SubjectNames): Subject {
  const names = objectOf(value['kubernetes']);
  const owner = objectOf(listOf(names['pod_owners'], 1)[0]);
  const pod = textOf(names['pod_name']);
  const host = textOf(value['NodeName'] ?? names['host']);
  return subjects.of(pod === '' ? host : pod, {
    cluster: textOf(value['ClusterName']),
    namespace: textOf(value['Namespace'] ?? names['namespace_name']),
    // `PodName` is the name of the workload; the pod's own stands in `kubernetes`.
    workload: textOf(value['PodName'] ?? owner['owner_name']),
    pod,
    container: textOf(names['container_name']),
    host,
  });
}
