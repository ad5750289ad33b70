/** What stands in the templates of the routes and of the Fargate service. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { consumerStack, newApp, serviceStack } from './stacks.ts';

describe('routes of telemetry', () => {
  let template: Template;
  before(() => {
    template = Template.fromStack(consumerStack(newApp()));
  });

  test('subscribe every log group to the stream, spread over its shards', () => {
    const filters = Object.values(template.findResources('AWS::Logs::SubscriptionFilter')).map(({ Properties }) => Properties);
    const names = filters.map(({ LogGroupName }) => (typeof LogGroupName === 'string' ? LogGroupName : Object.keys(LogGroupName)[0]));
    assert.deepEqual(names.sort(), ['/aws/ecs/containerinsights/production/performance', '/aws/eks/blue/cluster', '/ecs/checkout', '/ecs/search', 'Ref', 'Ref']);
    for (const { Distribution, DestinationArn } of filters) {
      assert.equal(Distribution, 'Random');
      assert.match(DestinationArn['Fn::GetAtt'][0], /Stream/);
    }
  });

  test('take of an EKS control plane the audit log alone', () => {
    template.hasResourceProperties('AWS::Logs::SubscriptionFilter', { LogGroupName: '/aws/eks/blue/cluster', FilterPattern: '{ $.auditID = "*" }' });
  });

  test('log flows by the minute with the names that ECS gives', () => {
    template.hasResourceProperties('AWS::EC2::FlowLog', { MaxAggregationInterval: 60, ResourceType: 'VPC', TrafficType: 'ALL', LogFormat: Match.stringLikeRegexp(String.raw`^\$\{version\} \$\{account-id\} .*\$\{log-status\} .*\$\{ecs-cluster-arn\} .*\$\{ecs-service-name\} .*\$\{ecs-task-arn\}`) });
  });

  test('log the queries of a VPC into a group that the delivery service may write to', () => {
    template.hasResourceProperties('AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation', { ResourceId: 'vpc-0123456789abcdef0' });
    template.hasResourceProperties('AWS::Logs::ResourcePolicy', { PolicyDocument: Match.anyValue() });
  });

  test('lead events to the function, with tries, an age and dead letters', () => {
    const target = Match.arrayWith([Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Function'), 'Arn'] }, DeadLetterConfig: Match.anyValue(), RetryPolicy: { MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 3_600 } })]);
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { 'source': ['aws.guardduty'], 'detail-type': ['GuardDuty Finding'] }, Targets: target });
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { source: ['aws.ecs'] }, Targets: target });
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { 'detail-type': ['AWS API Call via CloudTrail'], 'detail': { eventSource: Match.arrayWith(['ecs.amazonaws.com']) } }, Targets: target });
  });

  test('let CloudWatch Logs put records into this stream, on behalf of this account alone', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: 'logs.amazonaws.com' }, Condition: { StringLike: { 'aws:SourceArn': Match.anyValue() } } })] },
    });
  });
});

describe('the Fargate service', () => {
  let template: Template;
  before(() => {
    template = Template.fromStack(serviceStack(newApp()));
  });

  test('runs one task that reads only its image, as nobody in particular, and gets its time to stop', () => {
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      RuntimePlatform: { CpuArchitecture: 'ARM64' },
      ContainerDefinitions: [Match.objectLike({ Command: ['consume'], ReadonlyRootFilesystem: true, User: '10001', StopTimeout: 20, Environment: Match.arrayWith([Match.objectLike({ Name: 'FARGAZER_TABLE' })]) })],
    });
    template.hasResourceProperties('AWS::ECS::Service', { DesiredCount: 1, DeploymentConfiguration: Match.objectLike({ MinimumHealthyPercent: 0, MaximumPercent: 100, DeploymentCircuitBreaker: { Enable: true, Rollback: true } }) });
  });

  test('takes events from the stream, where EventBridge puts them', () => {
    template.hasResourceProperties('AWS::Events::Rule', { Targets: Match.arrayWith([Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Stream'), 'Arn'] }, KinesisParameters: { PartitionKeyPath: '$.id' } })]) });
    template.resourceCountIs('AWS::Lambda::Function', 0);
  });

  test('is missed when it is gone', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'CPUUtilization', Statistic: 'SampleCount', TreatMissingData: 'breaching' });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'IncomingBytes', TreatMissingData: 'breaching' });
  });

  test('may do anything to nothing: only the token of ECR knows no resource', () => {
    const statements = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[]);
    assert.deepEqual(statements.filter(({ Resource }) => Resource === '*').map(({ Action }) => Action), ['ecr:GetAuthorizationToken']);
    assert.deepEqual(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*')), []);
  });
});
