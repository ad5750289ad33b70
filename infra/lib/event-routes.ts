/** Rules of EventBridge: API calls, changes of tasks, and what GuardDuty finds. */
import { Duration } from 'aws-cdk-lib';
import { Rule, type EventPattern, type IRuleTarget } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Foundation } from './foundation.ts';

export interface EventRouteProps {
  /** Services whose API calls are read (`ecs.amazonaws.com`); none with an empty list. Reading calls do not come by EventBridge. */
  readonly apiSources?: readonly string[];
  /** Changes of tasks, services and deployments; on where absent. */
  readonly ecs?: boolean;
  /** Findings of GuardDuty; on where absent. */
  readonly guardDuty?: boolean;
}

/** Services through which containers are taken over, kept and hidden; what the detectors of API calls look at. */
const apiSources = [
  'ecs', 'ecr', 'iam', 'sts', 'ssm', 'lambda', 'events', 'scheduler', 'states',
  'cloudtrail', 'guardduty', 'logs', 'ec2', 'kms', 'secretsmanager', 's3', 'kinesis', 'dynamodb',
].map((name) => `${name}.amazonaws.com`);

export function eventRoutes(scope: Construct, foundation: Foundation, fn: LambdaFn | undefined, props: EventRouteProps): void {
  const target = fn === undefined ? streamTarget(scope, foundation) : functionTarget(fn, foundation);
  const route = (id: string, description: string, eventPattern: EventPattern): void => {
    new Rule(scope, id, { description, eventPattern, targets: [target] });
  };
  const sources = props.apiSources ?? apiSources;
  if (sources.length > 0) route('ApiCalls', 'API calls that CloudTrail recorded', { detailType: ['AWS API Call via CloudTrail'], detail: { eventSource: sources } });
  if (props.ecs !== false)
    route('TaskChanges', 'Changes of tasks, services and deployments', {
      source: ['aws.ecs'],
      detailType: ['ECS Task State Change', 'ECS Service Action', 'ECS Deployment State Change'],
    });
  if (props.guardDuty !== false) route('GuardDuty', 'Findings of GuardDuty', { source: ['aws.guardduty'], detailType: ['GuardDuty Finding'] });
}

/** A day is what EventBridge tries by itself; an hour is enough for a function that is back in minutes. */
const longestTry = Duration.hours(1);

function functionTarget(fn: LambdaFn, foundation: Foundation): IRuleTarget {
  return new LambdaFunction(fn, { deadLetterQueue: foundation.deadLetters, retryAttempts: 10, maxEventAge: longestTry });
}

/** EventBridge puts the event into the stream itself; a role of its own, as CDK's has wildcards. */
function streamTarget(scope: Construct, foundation: Foundation): IRuleTarget {
  const role = new Role(scope, 'EventRole', { assumedBy: new ServicePrincipal('events.amazonaws.com'), description: 'EventBridge: puts events into the stream' });
  role.addToPolicy(new PolicyStatement({ actions: ['kinesis:PutRecord', 'kinesis:PutRecords'], resources: [foundation.stream.streamArn] }));
  role.addToPolicy(new PolicyStatement({ actions: ['kms:GenerateDataKey'], resources: [foundation.key.keyArn] }));
  return {
    bind: () => ({
      arn: foundation.stream.streamArn,
      role,
      kinesisParameters: { partitionKeyPath: '$.id' },
      retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: longestTry.toSeconds() },
    }),
  };
}
