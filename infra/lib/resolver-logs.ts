/** Queries of the Route 53 Resolver, in a log group of their own. */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnResolverQueryLoggingConfig, CfnResolverQueryLoggingConfigAssociation } from 'aws-cdk-lib/aws-route53resolver';
import type { Construct } from 'constructs';

/** Either a group that exists already, or a VPC. */
export type ResolverLogProps = { readonly logGroupName: string } | { readonly vpcId: string; readonly retention?: RetentionDays };

/** Name of the log group. */
export function resolverLogGroup(scope: Construct, props: ResolverLogProps, key: IKey): string {
  if ('logGroupName' in props) return props.logGroupName;
  const { account, region, partition } = Stack.of(scope);
  const group = new LogGroup(scope, 'ResolverLogGroup', { retention: props.retention ?? RetentionDays.THREE_DAYS, encryptionKey: key });
  const policy = group.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [group.logGroupArn],
      conditions: { StringEquals: { 'aws:SourceAccount': account }, ArnLike: { 'aws:SourceArn': `arn:${partition}:logs:${region}:${account}:*` } },
    }),
  );
  const config = new CfnResolverQueryLoggingConfig(scope, 'ResolverLog', { name: 'fargazer', destinationArn: group.logGroupArn });
  if (policy.policyDependable !== undefined) config.node.addDependency(policy.policyDependable);
  new CfnResolverQueryLoggingConfigAssociation(scope, 'ResolverLogOfVpc', { resolverQueryLogConfigId: config.attrId, resourceId: props.vpcId });
  return group.logGroupName;
}
