/** FargazerConsumer: the default at scale; a Lambda function on a Kinesis stream, with its state in DynamoDB and S3. */
import { CfnOutput, Duration, Stack, type RemovalPolicy } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, CfnEventInvokeConfig, CfnEventSourceMapping, Function as LambdaFn, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { consumerAlarms, type AlarmProps } from './alarms.ts';
import { environmentOf } from './environment.ts';
import { Foundation, type FoundationProps, type ReadBucket } from './foundation.ts';
import { builtLambdaFolder, lambdaCode } from './lambda-code.ts';
import { permitBucket, permitConsumer } from './permissions.ts';

export interface BatchProps {
  /** Records at most, 1 to 10,000; Lambda also stops at 6 MB. */
  readonly size?: number;
  /** How long Lambda gathers a batch, 0 to 300 seconds: longer is cheaper and delays every alert by as much. */
  readonly windowSeconds?: number;
  /** How often a batch is tried again before it becomes a dead letter, 0 to 10,000. */
  readonly retryAttempts?: number;
  /** How old a record may be before it becomes a dead letter, 60 to 604,800 seconds. */
  readonly maximumAgeSeconds?: number;
}

export interface FargazerConsumerProps extends Omit<FoundationProps, 'noticeVisibility'> {
  /** The bundled function; the folder `dist/lambda` of this project where absent. Whatever lies in it is deployed. */
  readonly lambdaFolder?: string;
  /** Text of a fargazer configuration (YAML): detectors, allowances, sinks. At most 3,000 bytes. */
  readonly config?: string;
  /** 512 to 10,240. A vCPU comes at 1,769. */
  readonly memoryMiB?: number;
  /** Longest run, up to 900 seconds. */
  readonly timeoutSeconds?: number;
  /** Keeps this many runs for this function: at least one a shard, and three for schedule, events and notices. */
  readonly reservedConcurrency?: number;
  readonly batch?: BatchProps;
  /** How long the function's own log is kept. A month where absent. */
  readonly logRetention?: RetentionDays;
  /** Buckets of which new objects are read (CloudTrail, flow logs, load balancers). */
  readonly buckets?: readonly ReadBucket[];
  readonly alarms?: AlarmProps;
  readonly removalPolicy?: RemovalPolicy;
}

/** Reduced sums of a batch of 6 MB, unpacked about tenfold, fit beside the owners of a closing. */
const defaultMemoryMiB = 1_024;
/** A round is closed in seconds; a backlog is worked off round by round, and the rest of it by the next run. */
const defaultTimeoutSeconds = 120;
/** As many as Lambda gives: its 6 MB end a batch sooner, and fewer batches are fewer writes. */
const defaultBatchSize = 10_000;
/** A store that is down and a newer state fail batches too, and nothing of them may be given up for that: the maximum age bounds the tries. */
const defaultRetryAttempts = 1_000;
/** A quarter of the shortest retention: what becomes a dead letter can still be read from the stream for 18 hours. */
const defaultMaximumAgeSeconds = 6 * 3_600;

export class FargazerConsumer extends Construct {
  readonly foundation: Foundation;
  readonly function: LambdaFn;

  constructor(scope: Construct, id: string, props: FargazerConsumerProps = {}) {
    super(scope, id);
    const timeout = Duration.seconds(props.timeoutSeconds ?? defaultTimeoutSeconds);
    this.foundation = new Foundation(this, 'Foundation', { ...props, noticeVisibility: Duration.seconds(6 * timeout.toSeconds()) });
    const { key, deadLetters } = this.foundation;
    const logGroup = new LogGroup(this, 'Log', { retention: props.logRetention ?? RetentionDays.ONE_MONTH, encryptionKey: key, removalPolicy: props.removalPolicy });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description: 'fargazer: reads telemetry, keeps baselines, sends alerts' });
    permitConsumer(role, this.foundation);
    role.addToPolicy(new PolicyStatement({ sid: 'OwnLog', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }));
    for (const bucket of props.buckets ?? []) {
      this.foundation.admitNotices(bucket);
      permitBucket(role, bucket);
    }
    const { code, handler } = lambdaCode(props.lambdaFolder ?? builtLambdaFolder);
    const memoryMiB = props.memoryMiB ?? defaultMemoryMiB;
    this.function = new LambdaFn(this, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code,
      handler,
      // What CDK would add has wildcards; the statements above are all there is.
      role: role.withoutPolicyUpdates(),
      memorySize: memoryMiB,
      timeout,
      reservedConcurrentExecutions: props.reservedConcurrency,
      environment: environmentOf(this.foundation, props.config),
      environmentEncryption: key,
      logGroup,
      description: 'fargazer: lanes, rounds and closers',
    });
    const stream = streamMapping(this, props.batch ?? {});
    const notices = noticeMapping(this);
    const policy = role.node.tryFindChild('DefaultPolicy');
    // Lambda checks what the role may do when a mapping is made.
    if (policy !== undefined) for (const mapping of [stream, notices]) mapping.node.addDependency(policy);
    new CfnEventInvokeConfig(this, 'Invocations', {
      functionName: this.function.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 3_600,
      destinationConfig: { onFailure: { destination: deadLetters.queueArn } },
    });
    new Rule(this, 'EveryMinute', {
      description: 'Writes a round and puts its tick into every shard',
      schedule: Schedule.rate(Duration.minutes(1)),
      // A round that comes late is told by the next one.
      targets: [new LambdaFunction(this.function, { retryAttempts: 1, maxEventAge: Duration.seconds(60) })],
    });
    consumerAlarms(this, { foundation: this.foundation, function: this.function, memoryMiB, ...props.alarms });
    new CfnOutput(this, 'FunctionName', { value: this.function.functionName });
    new CfnOutput(this, 'LogGroupName', { value: logGroup.logGroupName });
    new CfnOutput(this, 'Region', { value: Stack.of(this).region });
  }
}

function streamMapping({ foundation, function: fn }: FargazerConsumer, batch: BatchProps): CfnEventSourceMapping {
  return new CfnEventSourceMapping(fn, 'Shards', {
    functionName: fn.functionName,
    eventSourceArn: foundation.stream.streamArn,
    startingPosition: 'TRIM_HORIZON',
    batchSize: batch.size ?? defaultBatchSize,
    maximumBatchingWindowInSeconds: batch.windowSeconds ?? 10,
    // A lane is a shard, one batch at a time: more than one would tear its order. Scale by shards.
    parallelizationFactor: 1,
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: batch.retryAttempts ?? defaultRetryAttempts,
    maximumRecordAgeInSeconds: batch.maximumAgeSeconds ?? defaultMaximumAgeSeconds,
    functionResponseTypes: ['ReportBatchItemFailures'],
    destinationConfig: { onFailure: { destination: foundation.deadLetters.queueArn } },
  });
}

function noticeMapping({ foundation, function: fn }: FargazerConsumer): CfnEventSourceMapping {
  return new CfnEventSourceMapping(fn, 'ObjectNotices', {
    functionName: fn.functionName,
    eventSourceArn: foundation.notices.queueArn,
    batchSize: 10,
    functionResponseTypes: ['ReportBatchItemFailures'],
    // Objects are put into the stream as pointers; two runs keep up with thousands a minute and leave the rest to the shards.
    scalingConfig: { maximumConcurrency: 2 },
  });
}
