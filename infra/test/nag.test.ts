/** cdk-nag: the stacks pass AwsSolutions, and the check is one that can fail. */
import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { consumerStack, newApp, serviceStack } from './stacks.ts';
import type { App } from 'aws-cdk-lib';

/** What is neither kept nor acknowledged: `rule at path`. */
function violations(app: App): string[] {
  const report = new AwsSolutionsChecks(app).validateScope(app);
  return report.violations.flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`));
}

test('consumer, service and all routes keep the rules of AwsSolutions', () => {
  const app = newApp();
  consumerStack(app, { buckets: [{ bucketName: 'trail-bucket', prefix: 'AWSLogs/', keyArn: 'arn:aws:kms:eu-central-1:111122223333:key/1' }], alertEmails: ['security@example.com'] });
  serviceStack(app);
  assert.deepEqual(violations(app), []);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const connections = watchConnections();
  // Throws where a rule is broken.
  const assembly = app.synth();
  assert.equal(assembly.stacks.length, 2);
  assert.deepEqual(connections(), [], 'synthesis needs no network');
});

/** Refuses every connection from now on; the function it gives restores them and tells which were tried. */
function watchConnections(): () => string[] {
  const tried: string[] = [];
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function refuse(...parameters: unknown[]): Socket {
    tried.push(JSON.stringify(parameters));
    throw new Error('no network in this test');
  };
  return () => {
    Socket.prototype.connect = connect;
    return tried;
  };
}

test('the check fails where a rule is broken', () => {
  const app = newApp();
  const stack = consumerStack(app);
  new Queue(stack, 'Plain');
  assert.deepEqual(violations(app), ['AwsSolutions-SQS3 at Consumer/Plain/Resource', 'AwsSolutions-SQS4 at Consumer/Plain/Resource']);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  assert.throws(() => app.synth(), /Validation failed/);
});

test('what is acknowledged is needed, single findings all, and has its reason', () => {
  const app = newApp();
  const stacks = [consumerStack(app), serviceStack(app)];
  // The same rules, deaf to what was acknowledged.
  const deaf = new AwsSolutionsChecks(app);
  Object.assign(deaf, { isAcknowledged: () => false });
  const found = deaf.validateScope(app).violations.map(({ ruleName }) => ruleName);
  const acknowledged = stacks
    .flatMap((stack) => stack.node.findAll())
    .flatMap(({ node }) => node.metadata.filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY))
    .flatMap(({ data }) => Object.entries(data as Record<string, string>))
    .map(([id, reason]) => [id.replace(/^annotation::/i, ''), reason] as const);
  assert.deepEqual([...new Set(acknowledged.map(([id]) => id))].sort(), [...new Set(found)].sort());
  for (const [id, reason] of acknowledged) assert.ok(reason.length > 60, `${id}: ${reason}`);
});
