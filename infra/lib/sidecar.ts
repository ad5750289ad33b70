/** FargazerSidecar: one container more in a task definition that is there already. Nothing of the others is changed. */
import { Aspects, Stack, type Duration } from 'aws-cdk-lib';
import { Capability, LinuxParameters, LogDriver, PidMode, type CfnTaskDefinition, type ContainerDefinition, type ContainerImage, type Secret, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { droppedCapabilities, healthCheck, ignoredExitCodes, logsPort, memoryLimitMiB, memoryReservationMiB, restartAttemptPeriod, stateFolder, stateVolume, stopTimeout } from './sidecar-container.ts';
import { permitSidecar, type Baselines } from './sidecar-permissions.ts';
import { RouterWiring, routerOutput } from './sidecar-router.ts';

interface SharedProps {
  /** The image of fargazer, by digest: a tag can be moved. */
  readonly image: ContainerImage;
  /** `fargazer` where absent. */
  readonly containerName?: string;
  /** False: no SYS_PTRACE. The sidecar then knows programs of other users by name and arguments, and says so. True where absent. */
  readonly readsOtherUsers?: boolean;
  /** Path in the log router's image of a file with `FargazerSidecar.routerOutput()`; a Fluent Bit without a file is told to read it. */
  readonly routerFile?: string;
  /** False: takes no logs, and listens to nothing. True where absent: on the loopback, for a log router. */
  readonly takesLogs?: boolean;
  /** MiB at which the kernel ends it; 160 where absent. */
  readonly memoryLimitMiB?: number;
  /** CPU units; the least that ECS gives where absent. Give 32 where the other containers have some, or they could starve it. */
  readonly cpu?: number;
  /** Where its own output goes; a log group of its own where absent. Never FireLens: it would judge what it says about what it judges. */
  readonly logging?: LogDriver;
}

export interface DetectProps extends SharedProps {
  readonly mode?: 'detect';
  /** Topic of the alerts. */
  readonly topic?: ITopic;
  /** Further outputs, `NAME:TARGET`; their secrets belong into `secrets`, and their names into `config`. */
  readonly sinks?: readonly string[];
  readonly baselines?: Baselines;
  /** Text of a fargazer configuration (YAML). Its sinks are used where neither topic nor sinks are named. */
  readonly config?: string;
  /** What the configuration names as `${NAME}`. */
  readonly secrets?: Readonly<Record<string, Secret>>;
  /** Learns for so long where nothing is known yet, and stays silent meanwhile. */
  readonly learnFor?: Duration;
}

export interface ShipProps extends SharedProps {
  readonly mode: 'ship';
  /** That of the consumer: `consumer.foundation.stream`. */
  readonly stream: IStream;
}

export type FargazerSidecarProps = DetectProps | ShipProps;

export class FargazerSidecar extends Construct {
  readonly container: ContainerDefinition;

  /** Adds the sidecar to a Fargate task definition for Linux, before or after its other containers. */
  static addTo(task: TaskDefinition, props: FargazerSidecarProps): FargazerSidecar {
    return new FargazerSidecar(task, 'Fargazer', props);
  }

  /** The output to add to a Fluent Bit. */
  static routerOutput(): string {
    return routerOutput(logsPort);
  }

  private constructor(task: TaskDefinition, id: string, props: FargazerSidecarProps) {
    super(task, id);
    if (!task.isFargateCompatible) throw new Error(`${task.family} is not for Fargate; the sidecar was made for tasks that have a machine to themselves.`);
    if (task.pidMode === PidMode.HOST) throw new Error(`${task.family} has the process namespace of the host; the sidecar needs that of the task (pidMode task).`);
    (task.node.defaultChild as CfnTaskDefinition).pidMode = PidMode.TASK;
    task.addVolume({ name: stateVolume });
    this.container = this.addContainer(task, props);
    this.container.addMountPoints({ sourceVolume: stateVolume, containerPath: stateFolder, readOnly: false });
    const folder = folderOf(task, props);
    permitSidecar(this, task.taskRole, props.mode === 'ship' ? { stream: props.stream, folder } : { topic: props.topic, baselines: props.baselines, folder });
    if (props.takesLogs !== false) Aspects.of(task).add(new RouterWiring(task, props.routerFile, logsPort));
    acknowledge(task, { id: 'AwsSolutions-ECS2', reason: 'The variables of the sidecar are names of resources and the public part of its configuration; secrets come as secrets.' });
  }

  private addContainer(task: TaskDefinition, props: FargazerSidecarProps): ContainerDefinition {
    const { image, containerName = 'fargazer', cpu, readsOtherUsers = true } = props;
    return task.addContainer(containerName, {
      image,
      command: ['sidecar'],
      // Whatever becomes of it, the task goes on.
      essential: false,
      // Reading processes of other users needs it; who else is root in the task gains nothing by that.
      user: '0',
      readonlyRootFilesystem: true,
      ...(readsOtherUsers ? { linuxParameters: this.capabilities() } : {}),
      memoryReservationMiB,
      memoryLimitMiB: props.memoryLimitMiB ?? memoryLimitMiB,
      ...(cpu === undefined ? {} : { cpu }),
      stopTimeout,
      // Nothing is saved by a sidecar that ships.
      ...(props.mode === 'ship' ? {} : { healthCheck }),
      enableRestartPolicy: true,
      restartAttemptPeriod,
      restartIgnoredExitCodes: ignoredExitCodes,
      environment: environmentOf(task, props),
      ...(props.mode !== 'ship' && props.secrets !== undefined ? { secrets: { ...props.secrets } } : {}),
      logging: props.logging ?? LogDriver.awsLogs({ streamPrefix: 'fargazer', logGroup: new LogGroup(this, 'Log', { retention: RetentionDays.ONE_MONTH }) }),
    });
  }

  private capabilities(): LinuxParameters {
    const parameters = new LinuxParameters(this, 'Linux');
    parameters.addCapabilities(Capability.SYS_PTRACE);
    parameters.dropCapabilities(...droppedCapabilities);
    return parameters;
  }
}

function environmentOf(task: TaskDefinition, props: FargazerSidecarProps): Record<string, string> {
  const shared = { FARGAZER_STATE: stateFolder, ...(props.takesLogs === false ? {} : { FARGAZER_FORWARD: `127.0.0.1:${logsPort}` }) };
  if (props.mode === 'ship') return { ...shared, FARGAZER_MODE: 'ship', FARGAZER_STREAM: props.stream.streamName };
  const { topic, sinks = [], learnFor } = props;
  const named = [...(topic === undefined ? [] : [`sns:${topic.topicArn}`]), ...sinks];
  const config = configOf(task, props);
  return {
    ...shared,
    FARGAZER_MODE: 'detect',
    // Beside all others, its own log: what was said stays there when a receiver is down.
    ...(named.length === 0 ? {} : { FARGAZER_SINK: ['jsonl', ...named].join(' ') }),
    ...(learnFor === undefined ? {} : { FARGAZER_LEARN_FOR: `${learnFor.toSeconds()}s` }),
    ...(config === '' ? {} : { FARGAZER_CONFIG: config }),
  };
}

/** As the store's option `prefix` takes it. */
const folders = /^(?:[A-Za-z0-9_=-][A-Za-z0-9._=-]{0,60}\/){0,4}$/;

/** Folder of this service's votes in the bucket. */
function folderOf(task: TaskDefinition, props: FargazerSidecarProps): string {
  const baselines = props.mode === 'ship' ? undefined : props.baselines;
  if (baselines === undefined || !('bucket' in baselines)) return '';
  const folder = `${baselines.prefix ?? 'sidecar/'}${task.family}/`;
  if (!folders.test(folder)) throw new Error(`${folder} is no folder for the votes of a service: at most four names of 61 letters, digits, dots, dashes and underscores. Name another prefix, or a shorter family.`);
  return folder;
}

function configOf(task: TaskDefinition, { config = '', baselines, ...props }: DetectProps): string {
  if (baselines === undefined) return config;
  if (/^store\s*:/m.test(config)) throw new Error('The configuration of the sidecar names a store, and so does baselines: leave out one of them.');
  const store = 'table' in baselines
    ? { dynamodb: { table: baselines.table.tableName } }
    : { s3: { bucket: baselines.bucket.bucketName, prefix: folderOf(task, { ...props, baselines }) } };
  // JSON is YAML; a name that is known at deployment only stays in its place.
  return `${config === '' ? '' : `${config.trimEnd()}\n`}store: ${Stack.of(task).toJsonString(store)}\n`;
}
