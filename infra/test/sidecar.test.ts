/** What the sidecar adds to a task definition, and what of it stays as it was. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Aspects, Duration, Stack, Validations, type App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Compatibility, FargateTaskDefinition, FirelensLogRouterType, PidMode, Secret, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret as StoredSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parse } from 'yaml';
import { FargazerSidecar, type FargazerSidecarProps } from '../lib/index.ts';
import { consumerOf, containerIn, ownFile, sidecarImage, statementsIn, taskStack } from './sidecar-stacks.ts';
import { newApp } from './stacks.ts';

const listed = (value: string | string[]): string[] => [value].flat();
const environment = (container: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries((container['Environment'] as { Name: string; Value: unknown }[]).map(({ Name, Value }) => [Name, Value]));
/** What the deployment makes of a text with names in it. */
const joined = (value: unknown): string => (typeof value === 'string' ? value : (value as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'NAME')).join(''));

describe('the container', () => {
  const { stack } = taskStack(newApp(), () => ({ image: sidecarImage }));
  const application = containerIn(stack, 'app');
  const fargazer = containerIn(stack, 'fargazer');

  test('shares the processes of the task and is essential to nothing', () => {
    Template.fromStack(stack).hasResourceProperties('AWS::ECS::TaskDefinition', { PidMode: 'task', Volumes: [{ Name: 'fargazer-state' }] });
    assert.equal(fargazer['Essential'], false);
    assert.equal(application['Essential'], true);
  });

  test('writes to its state alone and ends at its own limit', () => {
    assert.equal(fargazer['ReadonlyRootFilesystem'], true);
    assert.deepEqual(fargazer['MountPoints'], [{ ContainerPath: '/state', ReadOnly: false, SourceVolume: 'fargazer-state' }]);
    assert.deepEqual([fargazer['MemoryReservation'], fargazer['Memory'], fargazer['StopTimeout']], [96, 160, 10]);
  });

  test('nobody waits for it, and it waits for nobody', () => {
    for (const container of [application, fargazer]) assert.equal(container['DependsOn'], undefined);
  });

  test('comes back when it was killed, and stays away when it was told wrong', () => {
    assert.deepEqual(fargazer['RestartPolicy'], { Enabled: true, IgnoredExitCodes: [2], RestartAttemptPeriod: 60 });
  });

  test('is healthy while what it saved is fresh', () => {
    const { Command } = fargazer['HealthCheck'] as { Command: string[] };
    assert.equal(Command[0], 'CMD-SHELL');
    assert.match(Command[1] ?? '', /^find \/state .*state\.sqlite.* -mmin -3 /);
    assert.doesNotMatch(Command.join(' '), /curl|wget|node/);
  });

  test('gets what the sensor needs and loses the rest', () => {
    const { Capabilities } = fargazer['LinuxParameters'] as { Capabilities: { Add: string[]; Drop: string[] } };
    assert.deepEqual(Capabilities.Add, ['SYS_PTRACE']);
    assert.equal(Capabilities.Drop.length, 10);
    for (const kept of ['NET_RAW', 'DAC_OVERRIDE', 'SETUID', 'SETGID']) assert.ok(!Capabilities.Drop.includes(kept), kept);
  });

  test('says its own things past the log router, and listens on the loopback alone', () => {
    assert.equal((fargazer['LogConfiguration'] as { LogDriver: string }).LogDriver, 'awslogs');
    assert.deepEqual(environment(fargazer), { FARGAZER_STATE: '/state', FARGAZER_FORWARD: '127.0.0.1:24225', FARGAZER_MODE: 'detect' });
  });

  test('what logs and is run there stays as it was', () => {
    const without = taskStack(newApp(), () => ({ image: sidecarImage, takesLogs: false })).stack;
    assert.equal((application['LogConfiguration'] as { LogDriver: string }).LogDriver, 'awslogs');
    assert.equal(application['LinuxParameters'], undefined);
    assert.deepEqual(environment(containerIn(without, 'fargazer')), { FARGAZER_STATE: '/state', FARGAZER_MODE: 'detect' });
  });
});

describe('options', () => {
  test('without SYS_PTRACE nothing is taken away either: the kernel compares capabilities', () => {
    const { stack } = taskStack(newApp(), () => ({ image: sidecarImage, readsOtherUsers: false }));
    assert.equal(containerIn(stack, 'fargazer')['LinuxParameters'], undefined);
  });

  test('alerts go to a topic and further outputs, and always into its own log', () => {
    const { stack } = taskStack(newApp(), (scope) => ({ image: sidecarImage, topic: new Topic(scope, 'Alerts'), sinks: ['ntfy:ops'], learnFor: Duration.minutes(2) }));
    const told = environment(containerIn(stack, 'fargazer'));
    assert.match(joined(told['FARGAZER_SINK']), /^jsonl sns:NAME ntfy:ops$/);
    assert.equal(told['FARGAZER_LEARN_FOR'], '120s');
    assert.ok(statementsIn(stack).some(({ Action, Resource }) => Action === 'sns:Publish' && JSON.stringify(Resource).includes('Alerts')));
  });

  test('a configuration keeps its own lines, gets its store, and its secrets come as secrets', () => {
    const { stack } = taskStack(newApp(), (scope) => ({
      image: sidecarImage,
      config: 'sinks: { slack: "${SLACK_WEBHOOK_URL}" }\n',
      secrets: { SLACK_WEBHOOK_URL: Secret.fromSecretsManager(new StoredSecret(scope, 'Hook')) },
      baselines: { bucket: new Bucket(scope, 'Votes') },
    }));
    const fargazer = containerIn(stack, 'fargazer');
    const config = parse(joined(environment(fargazer)['FARGAZER_CONFIG'])) as { store: unknown; sinks: unknown };
    assert.deepEqual(config, { sinks: { slack: '${SLACK_WEBHOOK_URL}' }, store: { s3: { bucket: 'NAME', prefix: 'sidecar/checkout/' } } });
    assert.deepEqual((fargazer['Secrets'] as { Name: string }[]).map(({ Name }) => Name), ['SLACK_WEBHOOK_URL']);
  });

  test('two stores are refused, and so is what is not for Fargate or shares more than the task', () => {
    assert.throws(() => taskStack(newApp(), (scope) => ({ image: sidecarImage, config: 'store: { embedded: {} }', baselines: { bucket: new Bucket(scope, 'Votes') } })), /names a store, and so does baselines/);
    assert.throws(() => taskStack(newApp(), (scope) => ({ image: sidecarImage, baselines: { bucket: new Bucket(scope, 'Votes'), prefix: 'a/b/c/d/' } })), /is no folder for the votes/);
    const stack = new Stack(newApp(), 'Others');
    assert.throws(() => FargazerSidecar.addTo(new TaskDefinition(stack, 'Ec2', { compatibility: Compatibility.EC2 }), { image: sidecarImage }), /is not for Fargate/);
    const both = new TaskDefinition(stack, 'Both', { compatibility: Compatibility.EC2_AND_FARGATE, cpu: '256', memoryMiB: '512', pidMode: PidMode.HOST });
    assert.throws(() => FargazerSidecar.addTo(both, { image: sidecarImage }), /process namespace of the host/);
  });

  test('one that ships has a stream, no store, no outputs, and nothing saved to be healthy by', () => {
    const app = newApp();
    const { foundation } = consumerOf(app);
    const { stack } = taskStack(app, () => ({ image: sidecarImage, mode: 'ship', stream: foundation.stream }));
    const fargazer = containerIn(stack, 'fargazer');
    assert.equal(fargazer['HealthCheck'], undefined);
    const { FARGAZER_MODE: mode, FARGAZER_STREAM: stream, FARGAZER_SINK: sink } = environment(fargazer);
    assert.deepEqual([mode, sink], ['ship', undefined]);
    assert.match(JSON.stringify(stream), /Stream/);
    assert.deepEqual(statementsIn(stack).flatMap(({ Action }) => listed(Action)).filter((action) => !action.startsWith('logs:')).sort(), ['kinesis:PutRecords', 'kms:GenerateDataKey']);
  });
});

describe('permissions', () => {
  test('each names its actions and its resources, and reaches the folder of its service alone', () => {
    const app = newApp();
    const { foundation } = consumerOf(app);
    const { stack } = taskStack(app, () => ({ image: sidecarImage, topic: foundation.topic, baselines: { bucket: foundation.bucket } }));
    const statements = statementsIn(stack);
    for (const { Action, Resource } of statements) {
      for (const action of listed(Action)) assert.match(action, /^[a-z0-9-]+:[A-Za-z]+$/);
      assert.notEqual(Resource, '*', listed(Action).join());
    }
    const written = statements.filter(({ Action }) => listed(Action).includes('s3:PutObject')).flatMap(({ Resource }) => Resource as unknown[]).map(joined);
    assert.deepEqual(written, ['NAME/sidecar/checkout/items/votes-*', 'NAME/sidecar/checkout/parts/*']);
    assert.deepEqual([...new Set(statements.flatMap(({ Action }) => listed(Action)))].filter((action) => !action.startsWith('logs:')).sort(),
      ['kms:Decrypt', 'kms:GenerateDataKey', 's3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject', 'sns:Publish']);
  });

  test('of a table only partitions of votes and parts are reached', () => {
    const { stack } = taskStack(newApp(), (scope) => ({ image: sidecarImage, baselines: { table: new Table(scope, 'Votes', { partitionKey: { name: 'pk', type: AttributeType.STRING }, sortKey: { name: 'sk', type: AttributeType.STRING } }) } }));
    const [reached] = statementsIn(stack).filter(({ Action }) => listed(Action)[0]?.startsWith('dynamodb:'));
    assert.deepEqual(listed(reached?.Action ?? []), ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem']);
    assert.deepEqual(reached?.Condition, { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['item:votes-*', 'part:*'] } });
  });
});

describe('the log router', () => {
  const routerOf = (stack: Stack): Record<string, unknown> => containerIn(stack, 'log_router')['FirelensConfiguration'] as Record<string, unknown>;
  const told = (stack: Stack): string[] => Annotations.fromStack(stack).findInfo('*', Match.anyValue()).map(({ entry }) => String(entry.data));

  for (const isLate of [false, true]) {
    test(`a Fluent Bit without a file of its own is told to read ours (${isLate ? 'added after' : 'added before'} the sidecar)`, () => {
      const { stack } = taskStack(newApp(), () => ({ image: sidecarImage, routerFile: '/fluent-bit/etc/fargazer.conf' }), { isLate });
      assert.deepEqual(routerOf(stack), { Type: 'fluentbit', Options: { 'config-file-type': 'file', 'config-file-value': '/fluent-bit/etc/fargazer.conf' } });
      assert.deepEqual(told(stack), []);
      assert.deepEqual(containerIn(stack, 'app')['LogConfiguration'], { LogDriver: 'awsfirelens', Options: { Name: 'cloudwatch_logs', log_group_name: '/ecs/checkout' } });
    });
  }

  test('a file of its own is left alone, and what to add to it is said', () => {
    const { stack } = taskStack(newApp(), () => ({ image: sidecarImage, routerFile: '/fluent-bit/etc/fargazer.conf' }), ownFile);
    assert.equal((routerOf(stack)['Options'] as Record<string, unknown>)['config-file-value'], '/fluent-bit/etc/own.conf');
    assert.match(told(stack).join(), /cannot be changed from here[^]*Host {24}127\.0\.0\.1\n {4}Port {24}24225/);
  });

  test('what cannot be done is said: no file named, Fluentd, no router at all', () => {
    assert.match(told(taskStack(newApp(), () => ({ image: sidecarImage }), {}).stack).join(), /takes none but from its image[^]*\[OUTPUT\]/);
    assert.match(told(taskStack(newApp(), () => ({ image: sidecarImage }), { type: FirelensLogRouterType.FLUENTD }).stack).join(), /is Fluentd/);
    assert.match(told(taskStack(newApp(), () => ({ image: sidecarImage })).stack).join(), /goes past the sidecar/);
    assert.deepEqual(told(taskStack(newApp(), () => ({ image: sidecarImage, takesLogs: false })).stack), []);
  });
});

describe('cdk-nag', () => {
  const violations = (app: ReturnType<typeof newApp>): string[] =>
    new AwsSolutionsChecks(app).validateScope(app).violations.flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`));

  test('a task with the sidecar keeps the rules of AwsSolutions, with each store and mode', () => {
    const app = newApp();
    const { foundation } = consumerOf(app);
    taskStack(app, () => ({ image: sidecarImage, topic: foundation.topic, baselines: { bucket: foundation.bucket } }));
    assert.deepEqual(violations(app), []);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    assert.equal(app.synth().stacks.length, 2);
    const others: ((app: App, scope: Stack) => FargazerSidecarProps)[] = [
      (_app, scope) => ({ image: sidecarImage, baselines: { bucket: Bucket.fromBucketName(scope, 'Votes', 'company-votes') } }),
      (_app, scope) => ({ image: sidecarImage, baselines: { table: Table.fromTableName(scope, 'Votes', 'company-votes') } }),
      (app) => ({ image: sidecarImage, mode: 'ship', stream: consumerOf(app).foundation.stream }),
    ];
    for (const props of others) {
      const other = newApp();
      taskStack(other, (scope) => props(other, scope));
      assert.deepEqual(violations(other), []);
    }
  });

  test('the wildcards of the votes are acknowledged on the policy of the sidecar alone', () => {
    const app = newApp();
    const { task } = taskStack(app, (scope) => ({ image: sidecarImage, baselines: { bucket: Bucket.fromBucketName(scope, 'Votes', 'company-votes') } }));
    task.addToTaskRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
    assert.match(violations(app).join(), /^AwsSolutions-IAM5.* at Task\/Checkout\/TaskRole\/DefaultPolicy\/Resource$/);
  });

  test('the definition without the sidecar keeps them too, so that what is acknowledged is ours alone', () => {
    const app = newApp();
    const stack = new Stack(app, 'Bare');
    new FargateTaskDefinition(stack, 'Task');
    assert.ok(!Aspects.of(stack).all.some((aspect) => aspect.constructor.name === 'RouterWiring'));
    assert.deepEqual(violations(app), []);
  });
});
