/** TelemetryRoutes: leads the telemetry of an account to the stream; each log group by a subscription, each event by a rule. */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import { CfnSubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { eventRoutes, type EventRouteProps } from './event-routes.ts';
import { flowLogGroup, type FlowLogProps } from './flow-logs.ts';
import type { Foundation } from './foundation.ts';
import { resolverLogGroup, type ResolverLogProps } from './resolver-logs.ts';

export interface TelemetryRoutesProps {
  readonly foundation: Foundation;
  /** Puts events into the stream first; where absent (a service consumes) EventBridge puts them there itself. */
  readonly function?: LambdaFn;
  /** Names of log groups that containers write to. Each may have two subscriptions at most. */
  readonly logGroups?: readonly string[];
  /** Names of ECS clusters with Container Insights switched on. */
  readonly insightsClusters?: readonly string[];
  /** Names of EKS clusters whose audit log is switched on. */
  readonly auditClusters?: readonly string[];
  /** A log group that has resolver query logs, or a VPC whose queries are to be logged. */
  readonly resolver?: ResolverLogProps;
  /** A log group that has flow logs with the fields of `flowLogFormat`, or a VPC whose flows are to be logged. */
  readonly flowLogs?: FlowLogProps;
  readonly events?: EventRouteProps;
}

/** Of what an EKS control plane logs only the audit log is read; its records alone have this field. */
const auditPattern = '{ $.auditID = "*" }';

export class TelemetryRoutes extends Construct {
  private readonly role: Role;
  private readonly foundation: Foundation;

  constructor(scope: Construct, id: string, props: TelemetryRoutesProps) {
    super(scope, id);
    this.foundation = props.foundation;
    this.role = this.subscriptionRole();
    for (const name of props.logGroups ?? []) this.subscribe(name);
    for (const cluster of props.insightsClusters ?? []) this.subscribe(`/aws/ecs/containerinsights/${cluster}/performance`);
    for (const cluster of props.auditClusters ?? []) this.subscribe(`/aws/eks/${cluster}/cluster`, auditPattern);
    if (props.resolver !== undefined) this.subscribe(resolverLogGroup(this, props.resolver, props.foundation.key), '', 'Resolver');
    if (props.flowLogs !== undefined) this.subscribe(flowLogGroup(this, props.flowLogs, props.foundation.key), '', 'FlowLogs');
    eventRoutes(this, props.foundation, props.function, props.events ?? {});
  }

  private subscribe(logGroupName: string, filterPattern = '', name = logGroupName): void {
    const filter = new CfnSubscriptionFilter(this, `Route${name.replaceAll(/[^A-Za-z0-9]+/g, '-')}`, {
      logGroupName,
      filterPattern,
      destinationArn: this.foundation.stream.streamArn,
      roleArn: this.role.roleArn,
      // By stream name one loud container would fill one shard; order does not matter to rounds.
      distribution: 'Random',
    });
    const policy = this.role.node.tryFindChild('DefaultPolicy');
    // CloudWatch Logs sends a probe when a subscription is made, and refuses it where the probe fails.
    if (policy !== undefined) filter.node.addDependency(policy);
  }

  private subscriptionRole(): Role {
    const { account, region, partition } = Stack.of(this);
    const role = new Role(this, 'SubscriptionRole', {
      assumedBy: new ServicePrincipal('logs.amazonaws.com', {
        conditions: { StringLike: { 'aws:SourceArn': `arn:${partition}:logs:${region}:${account}:*` } },
      }),
      description: 'CloudWatch Logs: puts subscribed telemetry into the stream',
    });
    role.addToPolicy(new PolicyStatement({ actions: ['kinesis:PutRecord', 'kinesis:PutRecords'], resources: [this.foundation.stream.streamArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['kms:GenerateDataKey'], resources: [this.foundation.key.keyArn] }));
    return role;
  }
}
