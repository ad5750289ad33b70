/** Task definitions as people have them, with the sidecar in them; the test of the examples reads the same. */
import { RemovalPolicy, Stack, type App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ContainerImage, FargateTaskDefinition, FirelensConfigFileType, FirelensLogRouterType, LogDrivers, type FirelensOptions } from 'aws-cdk-lib/aws-ecs';
import { FargazerConsumer, FargazerSidecar, type FargazerConsumerProps, type FargazerSidecarProps } from '../lib/index.ts';
import { image, lambdaFolder } from './stacks.ts';

export const env = { region: 'eu-central-1', account: '111122223333' };

export interface Router {
  type?: FirelensLogRouterType;
  options?: FirelensOptions;
  /** Added after the sidecar. */
  isLate?: boolean;
}

/** One application, its log router where wanted, and whatever the sidecar is given. */
export function taskStack(app: App, sidecar: (stack: Stack) => FargazerSidecarProps, router?: Router): { stack: Stack; task: FargateTaskDefinition } {
  const stack = new Stack(app, 'Task', { env });
  const task = new FargateTaskDefinition(stack, 'Checkout', { family: 'checkout', cpu: 512, memoryLimitMiB: 1_024 });
  task.addContainer('app', {
    image: ContainerImage.fromRegistry('111122223333.dkr.ecr.eu-central-1.amazonaws.com/checkout:7'),
    logging: router === undefined ? LogDrivers.awsLogs({ streamPrefix: 'checkout' }) : LogDrivers.firelens({ options: { Name: 'cloudwatch_logs', log_group_name: '/ecs/checkout' } }),
  });
  const addRouter = (): void => {
    if (router === undefined) return;
    task.addFirelensLogRouter('log_router', {
      image: ContainerImage.fromRegistry('111122223333.dkr.ecr.eu-central-1.amazonaws.com/log-router:1'),
      firelensConfig: { type: router.type ?? FirelensLogRouterType.FLUENTBIT, ...(router.options === undefined ? {} : { options: router.options }) },
      logging: LogDrivers.awsLogs({ streamPrefix: 'router' }),
    });
  };
  if (router?.isLate !== true) addRouter();
  FargazerSidecar.addTo(task, sidecar(stack));
  if (router?.isLate === true) addRouter();
  return { stack, task };
}

export const sidecarImage = ContainerImage.fromRegistry(image);
export const ownFile: Router = { options: { configFileType: FirelensConfigFileType.FILE, configFileValue: '/fluent-bit/etc/own.conf' } };

/** The consumer whose topic, stream and bucket the sidecars of another stack use. */
export function consumerOf(app: App, props: FargazerConsumerProps = {}): FargazerConsumer {
  return new FargazerConsumer(new Stack(app, 'Shared', { env }), 'Fargazer', { lambdaFolder, removalPolicy: RemovalPolicy.RETAIN, ...props });
}

/** A container of the one task definition in a stack, in the form of CloudFormation. */
export function containerIn(stack: Stack, name: string): Record<string, unknown> {
  const [definition] = Object.values(Template.fromStack(stack).findResources('AWS::ECS::TaskDefinition'));
  const containers = definition?.['Properties'].ContainerDefinitions as Record<string, unknown>[];
  const found = containers.find((container) => container['Name'] === name);
  if (found === undefined) throw new Error(`no container ${name}`);
  return found;
}

/** All statements of the role policies of a stack. */
export function statementsIn(stack: Stack): { Action: string | string[]; Resource: unknown; Condition?: unknown }[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}
