/** VPC flow logs with the names that ECS gives, in a log group of their own. */
import { Stack } from 'aws-cdk-lib';
import { CfnFlowLog } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { flowLogFormat } from './flow-log-format.ts';

/** Either a group that exists already, or a VPC. */
export type FlowLogProps = { readonly logGroupName: string } | { readonly vpcId: string; readonly retention?: RetentionDays };

/** Name of the log group. */
export function flowLogGroup(scope: Construct, props: FlowLogProps, key: IKey): string {
  if ('logGroupName' in props) return props.logGroupName;
  const { account, region, partition } = Stack.of(scope);
  const group = new LogGroup(scope, 'FlowLogGroup', { retention: props.retention ?? RetentionDays.THREE_DAYS, encryptionKey: key });
  const role = new Role(scope, 'FlowLogRole', {
    assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': account }, ArnLike: { 'aws:SourceArn': `arn:${partition}:ec2:${region}:${account}:vpc-flow-log/*` } },
    }),
    description: 'Flow logs: writes to their log group',
  });
  role.addToPolicy(new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'], resources: [group.logGroupArn] }));
  new CfnFlowLog(scope, 'FlowLog', {
    resourceId: props.vpcId,
    resourceType: 'VPC',
    trafficType: 'ALL',
    logDestinationType: 'cloud-watch-logs',
    logDestination: group.logGroupArn,
    deliverLogsPermissionArn: role.roleArn,
    // A minute, as detection judges by the minute; ten minutes would be a seventh of the volume.
    maxAggregationInterval: 60,
    logFormat: flowLogFormat,
  });
  return group.logGroupName;
}
