/** Alarms about fargazer itself: behind, failing, throttled, dropping, dear, and silent. */
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, Metric, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Foundation } from './foundation.ts';

export interface AlarmProps {
  /** Minutes without telemetry after which somebody is told; 5 to 1,440. 15 where absent. */
  readonly silentMinutes?: number;
  /** Dollars a day above which somebody is told. 10 where absent. */
  readonly dailyDollars?: number;
  /** How far behind the stream may be, minutes. 10 where absent. */
  readonly behindMinutes?: number;
  /** Where alarms go; the topic of the alerts where absent. */
  readonly topic?: ITopic;
}

interface Watch {
  metric: IMetric;
  threshold: number;
  operator?: ComparisonOperator;
  /** How many periods in a row; 1 where absent. */
  periods?: number;
  missing?: TreatMissingData;
  description: string;
}

/** A tick is 60 to 80 bytes of JSON; a bound that one with a long number keeps. */
const tickBytes = 256;
/** An on-demand stream begins with four shards and doubles; this many ticks a minute are never taken for telemetry. */
const onDemandShards = 64;

function sum(namespace: string, metricName: string, dimensionsMap: Record<string, string>, period: Duration, statistic = 'Sum'): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, period, statistic });
}

function watcher(scope: Construct, topic: ITopic): (id: string, watch: Watch) => void {
  return (id, { metric, threshold, operator, periods = 1, missing, description }) => {
    const alarm = new Alarm(scope, id, {
      metric,
      threshold,
      comparisonOperator: operator ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: missing ?? TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
  };
}

/** Alarms that hold whether a function or a service consumes. */
export function foundationAlarms(scope: Construct, foundation: Foundation, props: AlarmProps): void {
  const watch = watcher(scope, props.topic ?? foundation.topic);
  const stream = { StreamName: foundation.stream.streamName };
  const fiveMinutes = Duration.minutes(5);
  const behindMinutes = props.behindMinutes ?? 10;
  watch('Behind', {
    metric: sum('AWS/Kinesis', 'GetRecords.IteratorAgeMilliseconds', stream, fiveMinutes, 'Maximum'),
    threshold: behindMinutes * 60_000,
    periods: 2,
    description: `fargazer reads the stream more than ${behindMinutes} minutes late; alerts are late by as much.`,
  });
  watch('WritesThrottled', {
    metric: sum('AWS/Kinesis', 'WriteProvisionedThroughputExceeded', stream, fiveMinutes),
    threshold: 0,
    periods: 3,
    description: 'The stream refuses telemetry: it needs more shards, or what is sent should be compressed.',
  });
  const silentMinutes = props.silentMinutes ?? 15;
  const { capacity } = foundation;
  const shards = capacity.mode === 'provisioned' ? capacity.shards : onDemandShards;
  watch('Silence', {
    metric: sum('AWS/Kinesis', 'IncomingBytes', stream, Duration.minutes(silentMinutes)),
    // Ticks are no telemetry: each shard gets one a minute, whatever else comes.
    threshold: silentMinutes * shards * tickBytes,
    operator: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
    missing: TreatMissingData.BREACHING,
    description: `No telemetry came for ${silentMinutes} minutes. fargazer sees nothing: look at the routes and the log routers.`,
  });
  watch('DeadLetters', {
    metric: sum('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: foundation.deadLetters.queueName }, fiveMinutes, 'Maximum'),
    threshold: 0,
    description: 'Something could not be processed and lies in the dead letters, with where it came from.',
  });
  watch('NoticesWait', {
    metric: sum('AWS/SQS', 'ApproximateAgeOfOldestMessage', { QueueName: foundation.notices.queueName }, fiveMinutes, 'Maximum'),
    threshold: 1_800,
    periods: 2,
    description: 'New objects in a bucket wait more than half an hour to be read.',
  });
}

interface ConsumerAlarmProps extends AlarmProps {
  foundation: Foundation;
  function: LambdaFn;
  memoryMiB: number;
}

/** All of them for the Lambda consumer. */
export function consumerAlarms(scope: Construct, props: ConsumerAlarmProps): void {
  const { foundation, function: fn, memoryMiB } = props;
  foundationAlarms(scope, foundation, props);
  const watch = watcher(scope, props.topic ?? foundation.topic);
  const of = { FunctionName: fn.functionName };
  const fiveMinutes = Duration.minutes(5);
  watch('IteratorAge', {
    metric: sum('AWS/Lambda', 'IteratorAge', of, fiveMinutes, 'Maximum'),
    threshold: (props.behindMinutes ?? 10) * 60_000,
    periods: 2,
    description: 'The function works on records this old: it fails on a batch, or needs more shards or memory.',
  });
  watch('Errors', {
    metric: sum('AWS/Lambda', 'Errors', of, fiveMinutes),
    threshold: 0,
    periods: 3,
    description: 'Runs of the function fail for a quarter of an hour; its log says why.',
  });
  watch('Throttles', {
    metric: sum('AWS/Lambda', 'Throttles', of, fiveMinutes),
    threshold: 0,
    periods: 3,
    description: 'Lambda gives the function no room to run: raise its reserved concurrency, or the limit of the account.',
  });
  watch('TicksMissing', {
    metric: sum('AWS/Lambda', 'Invocations', of, fiveMinutes),
    threshold: 1,
    operator: ComparisonOperator.LESS_THAN_THRESHOLD,
    periods: 2,
    missing: TreatMissingData.BREACHING,
    description: 'The function was not called for ten minutes: the schedule is off, no round is closed and no alert can come.',
  });
  const dailyDollars = props.dailyDollars ?? 10;
  watch('Cost', {
    metric: dailyCost(foundation, of, memoryMiB),
    threshold: dailyDollars,
    description: `By the metered use of Lambda, Kinesis and DynamoDB the last day cost more than $${dailyDollars}, at the prices of us-east-1.`,
  });
}

/** Dollars of the last day by what CloudWatch counts; unit prices as in docs/costs.md. */
function dailyCost(foundation: Foundation, of: Record<string, string>, memoryMiB: number): MathExpression {
  const day = Duration.days(1);
  const table = { TableName: foundation.table.tableName };
  const stream = { StreamName: foundation.stream.streamName };
  const { capacity } = foundation;
  const lambda = `runMs / 1000 * ${memoryMiB / 1_024} * 0.0000133334 + runs * 0.0000002`;
  const items = 'writes * 0.000000625 + reads * 0.000000125';
  const kinesis = capacity.mode === 'provisioned' ? `${(capacity.shards * 24 * 0.015).toFixed(2)} + puts * 0.000000014` : '0.96 + (bytes / 1073741824) * 0.12';
  return new MathExpression({
    expression: `${lambda} + ${items} + ${kinesis}`,
    period: day,
    label: 'dollars a day',
    usingMetrics: {
      runMs: sum('AWS/Lambda', 'Duration', of, day),
      runs: sum('AWS/Lambda', 'Invocations', of, day),
      writes: sum('AWS/DynamoDB', 'ConsumedWriteCapacityUnits', table, day),
      reads: sum('AWS/DynamoDB', 'ConsumedReadCapacityUnits', table, day),
      ...(capacity.mode === 'provisioned' ? { puts: sum('AWS/Kinesis', 'IncomingRecords', stream, day) } : { bytes: sum('AWS/Kinesis', 'IncomingBytes', stream, day) }),
    },
  });
}
