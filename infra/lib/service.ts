/** FargazerService: the same deployment with one Fargate task that runs `fargazer consume` in place of the function. */
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { ComparisonOperator, Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Port, SecurityGroup, Peer, type IVpc, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, ContainerInsights, CpuArchitecture, FargateService, FargateTaskDefinition, LogDrivers, OperatingSystemFamily, type ICluster } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { foundationAlarms, type AlarmProps } from './alarms.ts';
import { environmentOf } from './environment.ts';
import { Foundation, type FoundationProps, type ReadBucket } from './foundation.ts';
import { permitBucket, permitConsumer } from './permissions.ts';

export interface FargazerServiceProps extends Omit<FoundationProps, 'noticeVisibility'> {
  readonly vpc: IVpc;
  /** Subnets with a way to the APIs of AWS; private ones where absent. */
  readonly subnets?: SubnetSelection;
  /** The image of fargazer, by digest (`…@sha256:…`): a tag can be moved. Its entry point is `fargazer`. */
  readonly image: string;
  /** Repository in ECR of this account that the image is pulled from; its role then may pull. */
  readonly repositoryArn?: string;
  /** A cluster of one's own; one is made where absent. */
  readonly cluster?: ICluster;
  /** Text of a fargazer configuration (YAML). */
  readonly config?: string;
  /** CPU units; 512 where absent. */
  readonly cpu?: number;
  /** 1,024 where absent: fargazer stays below 160 MiB, Fargate sells no less with half a vCPU. */
  readonly memoryMiB?: number;
  readonly logRetention?: RetentionDays;
  readonly buckets?: readonly ReadBucket[];
  readonly alarms?: AlarmProps;
}

/** `fargazer consume` ends within ten seconds of SIGTERM, with everything saved; twice that, before it is killed. */
const stopTimeout = Duration.seconds(20);

export class FargazerService extends Construct {
  readonly foundation: Foundation;
  readonly service: FargateService;

  constructor(scope: Construct, id: string, props: FargazerServiceProps) {
    super(scope, id);
    // A notice is hidden while its object is read: ten minutes for the largest.
    this.foundation = new Foundation(this, 'Foundation', { ...props, noticeVisibility: Duration.minutes(10) });
    const logGroup = new LogGroup(this, 'Log', { retention: props.logRetention ?? RetentionDays.ONE_MONTH, encryptionKey: this.foundation.key, removalPolicy: props.removalPolicy });
    const task = this.taskDefinition(props, logGroup);
    const cluster = props.cluster ?? new Cluster(this, 'Cluster', { vpc: props.vpc, containerInsightsV2: ContainerInsights.ENABLED });
    const wall = new SecurityGroup(this, 'Wall', { vpc: props.vpc, allowAllOutbound: false, description: 'fargazer: reaches the APIs of AWS, nobody reaches it' });
    wall.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'APIs of AWS and webhooks');
    this.service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: task,
      vpcSubnets: props.subnets,
      securityGroups: [wall],
      assignPublicIp: false,
      // One process walks a state: the old task ends before the new one starts.
      desiredCount: 1,
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      enableExecuteCommand: false,
    });
    foundationAlarms(this, this.foundation, props.alarms ?? {});
    const gone = new Alarm(this, 'TaskGone', {
      metric: this.service.metricCpuUtilization({ period: Duration.minutes(1), statistic: 'SampleCount' }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 10,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: 'No task of fargazer has run for ten minutes: nothing is judged.',
    });
    gone.addAlarmAction(new SnsAction(props.alarms?.topic ?? this.foundation.topic));
    new CfnOutput(this, 'ServiceName', { value: this.service.serviceName });
  }

  private taskDefinition(props: FargazerServiceProps, logGroup: LogGroup): FargateTaskDefinition {
    const assumedBy = new ServicePrincipal('ecs-tasks.amazonaws.com');
    const taskRole = new Role(this, 'TaskRole', { assumedBy, description: 'fargazer: reads telemetry, keeps baselines, sends alerts' });
    permitConsumer(taskRole, this.foundation);
    for (const bucket of props.buckets ?? []) {
      this.foundation.admitNotices(bucket);
      permitBucket(taskRole, bucket);
    }
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu: props.cpu ?? 512,
      memoryLimitMiB: props.memoryMiB ?? 1_024,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
      taskRole: taskRole.withoutPolicyUpdates(),
      executionRole: this.executionRole(props.repositoryArn, logGroup).withoutPolicyUpdates(),
    });
    task.addContainer('fargazer', {
      image: ContainerImage.fromRegistry(props.image),
      command: ['consume'],
      environment: environmentOf(this.foundation, props.config),
      logging: LogDrivers.awsLogs({ logGroup, streamPrefix: 'fargazer' }),
      readonlyRootFilesystem: true,
      user: '10001',
      stopTimeout,
      healthCheck: {
        command: ['CMD', 'node', '-e', "fetch('http://127.0.0.1:9464/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"],
        interval: Duration.seconds(30),
        startPeriod: Duration.seconds(60),
      },
    });
    acknowledge(task, { id: 'AwsSolutions-ECS2', reason: 'The variables are names of resources and the public part of the configuration; secrets are named there by their ARN.' });
    return task;
  }

  private executionRole(repositoryArn: string | undefined, logGroup: LogGroup): Role {
    const role = new Role(this, 'ExecutionRole', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'), description: 'ECS: pulls the image and writes the log of fargazer' });
    role.addToPolicy(new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }));
    if (repositoryArn === undefined) return role;
    role.addToPolicy(new PolicyStatement({ actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'], resources: [repositoryArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
    acknowledge(role, { id: 'AwsSolutions-IAM5[Resource::*]', reason: `ecr:GetAuthorizationToken knows no resource; pulling is limited to ${Stack.of(this).resolve(repositoryArn) as string}.` });
    return role;
  }
}
