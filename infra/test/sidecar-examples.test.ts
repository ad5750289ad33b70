/** The examples for those without the CDK say what the construct makes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { LogDrivers, ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { parseAllDocuments } from 'yaml';
import { FargazerSidecar } from '../lib/index.ts';
import { containerIn, statementsIn, taskStack } from './sidecar-stacks.ts';
import { newApp } from './stacks.ts';

const folder = join(import.meta.dirname, '..', '..', 'examples', 'sidecar');
const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');
type Json = Record<string, unknown>;
const example = JSON.parse(textOf('container-definition.json')) as Json;

const { stack } = taskStack(newApp(), (scope) => ({
  image: ContainerImage.fromRegistry(String(example['image'])),
  topic: Topic.fromTopicArn(scope, 'Alerts', 'arn:aws:sns:eu-central-1:111122223333:fargazer-alerts'),
  baselines: { bucket: Bucket.fromBucketName(scope, 'Votes', 'company-votes') },
  logging: LogDrivers.awsLogs({ streamPrefix: 'fargazer', logGroup: LogGroup.fromLogGroupName(scope, 'Log', '/ecs/fargazer') }),
}));

/** Names as the task definition's JSON has them; those of options, variables and log drivers are texts of their own. */
function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name[0]!.toLowerCase() + name.slice(1), name === 'Options' ? inner : lowered(inner)]));
}

/** The partition of an ARN is known at deployment only. */
const inAws = (resource: unknown): unknown =>
  typeof resource === 'object' && resource !== null && 'Fn::Join' in resource
    ? ((resource as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'aws')).join(''))
    : resource;
const reached = (statements: readonly { Action: string | string[]; Resource: unknown }[]): unknown[] =>
  statements.map(({ Action, Resource }) => [[Action].flat(), [Resource].flat().map(inAws)]).filter(([actions]) => !String(actions).startsWith('logs:'));

describe('the container definition', () => {
  test('is what the construct makes, word for word', () => {
    assert.deepEqual(example, lowered(containerIn(stack, 'fargazer')));
  });

  test('has the policy that the construct gives the role', () => {
    const { Statement } = JSON.parse(textOf('task-role-policy.json')) as { Statement: { Action: string | string[]; Resource: unknown }[] };
    assert.deepEqual(reached(Statement), reached(statementsIn(stack)));
  });

  test('the output for the log router is the one of the construct and of the guide', () => {
    assert.equal(textOf('fargazer.conf'), FargazerSidecar.routerOutput());
    assert.ok(readFileSync(join(folder, '..', '..', 'docs', 'fluent-bit.md'), 'utf8').includes(FargazerSidecar.routerOutput()), 'docs/fluent-bit.md has another output');
  });
});

describe('Terraform', () => {
  const text = textOf('main.tf');

  test('takes the container as it stands, and puts names of the account into variables that are there', () => {
    assert.match(text, /jsondecode\(file\("\$\{path\.module\}\/container-definition\.json"\)\)/);
    const told = /told = \{([^]*?)\n {2}\}/.exec(text)?.[1] ?? '';
    const names = [...told.matchAll(/^\s*(FARGAZER_\w+)\s*=/gm)].map(([, name]) => name);
    const known = (example['environment'] as { name: string }[]).map(({ name }) => name);
    assert.ok(names.length >= 2);
    for (const name of names) assert.ok(known.includes(name ?? ''), name);
  });

  test('shares the processes of the task, and gives the state its volume', () => {
    assert.match(text, /pid_mode\s+= "task"/);
    const [{ sourceVolume }] = example['mountPoints'] as [{ sourceVolume: string }];
    assert.match(text, new RegExp(String.raw`volume \{\s+name = "${sourceVolume}"`));
  });

  test('allows the same actions on the same things', () => {
    const actions = [...text.matchAll(/Action\s+= (\[[^\]]+\]|"[^"]+")/g)].flatMap(([, list = '']) => [...list.matchAll(/"([^"]+)"/g)].map(([, action]) => action));
    assert.deepEqual(actions, ['sts:AssumeRole', ...statementsIn(stack).flatMap(({ Action }) => Action).filter((action) => !action.startsWith('logs:'))].toSorted((left, right) => actions.indexOf(left) - actions.indexOf(right)));
    const objects = [...text.matchAll(/"arn:aws:s3:::\$\{var\.votes_bucket\}\/\$\{local\.folder\}([^"]+)"/g)].map(([, rest]) => rest);
    assert.deepEqual(objects, ['items/votes-*', 'parts/*', 'parts/*']);
    assert.doesNotMatch(text, /(?:Action|Resource)\s+= "\*"/);
  });
});

describe('EKS on Fargate', () => {
  const documents = parseAllDocuments(textOf('eks.yaml')).map((document) => document.toJS() as Json);
  const deployment = documents.find(({ kind }) => kind === 'Deployment') as { spec: { template: { spec: Json } } };
  const pod = deployment.spec.template.spec;
  const container = (pod['containers'] as Json[]).find(({ name }) => name === 'fargazer') as Json;

  test('shares the processes of the pod and asks for no capability, which would keep it from being scheduled', () => {
    assert.equal(pod['shareProcessNamespace'], true);
    assert.deepEqual(container['securityContext'], { runAsUser: 0, readOnlyRootFilesystem: true });
    for (const refused of ['hostNetwork', 'hostPID', 'hostIPC']) assert.equal(pod[refused], undefined, refused);
  });

  test('has image, limits, state, check and variables of the container definition', () => {
    assert.equal(container['image'], example['image']);
    assert.deepEqual(container['args'], example['command']);
    assert.deepEqual([(container['resources'] as { requests: Json }).requests['memory'], (container['resources'] as { limits: Json }).limits['memory']], [`${example['memoryReservation']}Mi`, `${example['memory']}Mi`]);
    const { exec, periodSeconds } = container['livenessProbe'] as { exec: { command: string[] }; periodSeconds: number };
    const { command, interval } = example['healthCheck'] as { command: string[]; interval: number };
    assert.deepEqual([exec.command.at(-1), periodSeconds], [command.at(-1), interval]);
    const variables = new Map((container['env'] as { name: string; value: string }[]).map(({ name, value }) => [name, value]));
    for (const { name, value } of example['environment'] as { name: string; value: string }[]) if (name !== 'FARGAZER_CONFIG') assert.equal(variables.get(name), value, name);
    assert.ok(variables.has('FARGAZER_SERVICE'));
    assert.deepEqual((container['volumeMounts'] as Json[]).map(({ name, mountPath }) => [name, mountPath]), (example['mountPoints'] as Json[]).map(({ sourceVolume, containerPath }) => [sourceVolume, containerPath]));
  });

  test('nothing waits for the sidecar', () => {
    assert.equal(container['startupProbe'] ?? container['readinessProbe'], undefined);
    assert.equal(pod['initContainers'], undefined);
  });
});
