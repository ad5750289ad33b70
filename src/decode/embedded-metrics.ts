/** CloudWatch embedded metric format: any metric that a JSON line declares under `_aws`. */
import type { JsonObject, MetricUnit, RawRecord, Subject } from '#contract';
import { listOf, numberOf, objectOf, ownField, textOf } from './fields.ts';
import type { Instant } from './instant.ts';
import { MetricPoints } from './metric-point.ts';

/** Dimensions whose values name a subject, in lower case without separators. */
const dimensionNames: ReadonlyMap<string, keyof Subject> = new Map<string, keyof Subject>([
  ['clustername', 'cluster'], ['cluster', 'cluster'],
  ['servicename', 'service'], ['service', 'service'], ['functionname', 'service'],
  ['taskdefinitionfamily', 'family'], ['taskdefinitionrevision', 'revision'],
  ['taskid', 'task'], ['containername', 'container'],
  ['namespace', 'namespace'], ['podname', 'pod'], ['nodename', 'host'], ['instanceid', 'host'], ['host', 'host'],
  ['accountid', 'account'], ['region', 'region'],
]);

/** CloudWatch units in ours: unit and factor. Its prefixes are decimal. */
const units: ReadonlyMap<string, readonly [MetricUnit, number]> = new Map<string, readonly [MetricUnit, number]>([
  ['Seconds', ['seconds', 1]], ['Milliseconds', ['seconds', 1e-3]], ['Microseconds', ['seconds', 1e-6]],
  ['Bytes', ['bytes', 1]], ['Kilobytes', ['bytes', 1e3]], ['Megabytes', ['bytes', 1e6]],
  ['Gigabytes', ['bytes', 1e9]], ['Terabytes', ['bytes', 1e12]],
  ['Bytes/Second', ['bytes/s', 1]], ['Kilobytes/Second', ['bytes/s', 1e3]], ['Megabytes/Second', ['bytes/s', 1e6]],
  ['Percent', ['percent', 1]], ['Count', ['count', 1]], ['Count/Second', ['count/s', 1]],
]);

/** Bounds of the format: metrics of one directive, values of one metric, dimensions of one set. Directives have none there. */
const metricLimit = 100;
const valueLimit = 100;
const dimensionLimit = 30;
const directiveLimit = 10;

/**
 * Points of all metrics declared; a metric with an array of values gives one point, the last value with the range of all.
 * `name` stands for a subject that the dimensions do not name.
 */
export function embeddedPoints(record: RawRecord, value: Readonly<JsonObject>, instant: Instant, name = ''): MetricPoints {
  const points = new MetricPoints('container-insights', record, instant);
  for (const item of listOf(objectOf(value['_aws'])['CloudWatchMetrics'], directiveLimit)) {
    const directive = objectOf(item);
    const subject = subjectOfDimensions(directive, value);
    if (name !== '' && Object.keys(subject).length === 0) subject.name = name;
    for (const declared of listOf(directive['Metrics'], metricLimit)) {
      const { Name, Unit } = objectOf(declared);
      const metric = textOf(Name);
      if (metric === '') continue;
      const field = ownField(value, metric);
      const [unit, scale] = units.get(textOf(Unit)) ?? (['1', 1] as const);
      const numbers: number[] = [];
      for (const one of Array.isArray(field) ? listOf(field, valueLimit) : [field]) {
        const number = numberOf(one);
        if (number !== undefined) numbers.push(number * scale);
      }
      const last = numbers.at(-1);
      if (last !== undefined) points.add(subject, metric.slice(0, 200), unit, last, false, Math.min(...numbers), Math.max(...numbers));
    }
  }
  return points;
}

function subjectOfDimensions(directive: Readonly<JsonObject>, value: Readonly<JsonObject>): Subject {
  const subject: Subject = {};
  for (const set of listOf(directive['Dimensions'], directiveLimit)) {
    for (const item of listOf(set, dimensionLimit)) {
      const dimension = textOf(item);
      const key = dimensionNames.get(dimension.toLowerCase().replaceAll(/[-_. ]/g, ''));
      if (key === undefined || subject[key] !== undefined) continue;
      const name = textOf(ownField(value, dimension));
      if (name !== '') subject[key] = name;
    }
  }
  return subject;
}
