/** Stacks for the tests: each construct once as people would write it, synthesised into a folder that is removed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { FargazerConsumer, FargazerService, TelemetryRoutes, type FargazerConsumerProps, type TelemetryRoutesProps } from '../lib/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'fargazer-infra-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A function that stands in for the built one, in a folder beside files that must not be deployed. */
export const lambdaFolder = join(folder, 'dist', 'lambda');
mkdirSync(join(lambdaFolder, 'pieces'), { recursive: true });
writeFileSync(join(lambdaFolder, 'lambda.mjs'), 'export const handler = async () => ({ batchItemFailures: [] });\n');
writeFileSync(join(lambdaFolder, 'pieces', 'piece.mjs'), 'export const piece = 1;\n');
writeFileSync(join(folder, 'dist', 'other.mjs'), 'not to be deployed\n');

const env = { region: 'eu-central-1', account: '111122223333' };

export function newApp(): App {
  return new App({ outdir: mkdtempSync(join(folder, 'out-')), analyticsReporting: false, context: { 'aws:cdk:disable-stack-trace': true } });
}

export type Routes = Omit<TelemetryRoutesProps, 'foundation' | 'function'>;

/** Every route there is. */
export const allRoutes: Routes = {
  logGroups: ['/ecs/checkout', '/ecs/search'],
  insightsClusters: ['production'],
  auditClusters: ['blue'],
  resolver: { vpcId: 'vpc-0123456789abcdef0' },
  flowLogs: { vpcId: 'vpc-0123456789abcdef0' },
};

export function consumerStack(app: App, props: FargazerConsumerProps = {}, routes: Routes = allRoutes): Stack {
  const stack = new Stack(app, 'Consumer', { env });
  const consumer = new FargazerConsumer(stack, 'Fargazer', { lambdaFolder, ...props });
  new TelemetryRoutes(stack, 'Routes', { foundation: consumer.foundation, function: consumer.function, ...routes });
  return stack;
}

/** A tag with its digest, as an image should be named. */
export const image = `111122223333.dkr.ecr.eu-central-1.amazonaws.com/fargazer@sha256:${'a'.repeat(64)}`;

export function serviceStack(app: App): Stack {
  const stack = new Stack(app, 'Service', { env });
  // The network is the user's; only its names are needed.
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-0123456789abcdef0', availabilityZones: ['eu-central-1a', 'eu-central-1b'], privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'] });
  const service = new FargazerService(stack, 'Fargazer', { vpc, image, repositoryArn: 'arn:aws:ecr:eu-central-1:111122223333:repository/fargazer', buckets: [{ bucketName: 'trail-bucket', prefix: 'AWSLogs/' }] });
  new TelemetryRoutes(stack, 'Routes', { foundation: service.foundation, logGroups: ['/ecs/checkout'] });
  return stack;
}
