/** Cases: small stories told in the published formats, with the times at which a detector must fire. */

export interface Case {
  /** Present tense: `fires when a minute is far above the baseline`. */
  title: string;
  /** Records in published formats (see the makers below), a text a record; order does not matter. */
  records: string[];
  /** ISO 8601 instant at which the teaching ends; everything before it teaches and stays silent. */
  teachUntil?: string;
  options?: Record<string, unknown>;
  /** What must fire, and nothing else; empty for a case that stays quiet. */
  fires: { from: string; to: string; object?: string | RegExp; severity?: string }[];
}

const account = '111122223333';
const region = 'eu-west-1';

/** A task id of 32 hex digits for a small number. */
export function taskId(number: number): string {
  return (number >>> 0).toString(16).padStart(8, '0').repeat(4);
}

/** FireLens record (ECS on Fargate) as one JSON line. */
export function fireLensLine(line: {
  at: string | number;
  service: string;
  task: number;
  container?: string;
  log: string;
  revision?: number;
  stream?: 'stdout' | 'stderr';
}): string {
  const task = taskId(line.task);
  return JSON.stringify({
    date: new Date(line.at).toISOString(),
    source: line.stream ?? 'stdout',
    log: line.log,
    container_id: `${task}-0123456789`,
    container_name: line.container ?? line.service,
    ecs_cluster: 'shop',
    ecs_task_arn: `arn:aws:ecs:${region}:${account}:task/shop/${task}`,
    ecs_task_definition: `${line.service}:${line.revision ?? 1}`,
  });
}

/** Container Insights performance event of one container as one JSON line; cpu in CPU units of `cpuReserved`, memory in MB. */
export function containerInsightsLine(point: {
  at: string | number;
  service: string;
  task: number;
  container?: string;
  cpu?: number;
  memory?: number;
  networkRx?: number;
  networkTx?: number;
}): string {
  return JSON.stringify({
    Version: '0',
    Type: 'Container',
    ContainerName: point.container ?? point.service,
    TaskId: taskId(point.task),
    TaskDefinitionFamily: point.service,
    TaskDefinitionRevision: '1',
    ServiceName: point.service,
    ClusterName: 'shop',
    Timestamp: new Date(point.at).getTime(),
    CpuUtilized: point.cpu ?? 12.5,
    CpuReserved: 256,
    MemoryUtilized: point.memory ?? 180,
    MemoryReserved: 512,
    NetworkRxBytes: point.networkRx ?? 1_000,
    NetworkTxBytes: point.networkTx ?? 2_000,
  });
}

/** Fields of `flowLine`, in its order, for `--flow-fields` and as a header. */
export const flowFields =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status pkt-srcaddr pkt-dstaddr region pkt-dst-aws-service flow-direction ecs-cluster-name ecs-service-name ecs-task-id';

/** VPC flow log record of one egress flow of a task, in the order of `flowFields`. */
export function flowLine(flow: {
  at: string | number;
  service: string;
  task: number;
  to: string;
  port: number;
  bytes: number;
  protocol?: number;
  awsService?: string;
  action?: 'ACCEPT' | 'REJECT';
}): string {
  const endSeconds = Math.floor(new Date(flow.at).getTime() / 1_000);
  const own = `10.0.${(flow.task >> 8) & 255}.${flow.task & 255}`;
  return [
    7, account, `eni-${taskId(flow.task).slice(0, 17)}`, own, flow.to, 40_000 + (flow.task % 20_000), flow.port,
    flow.protocol ?? 6, Math.max(1, Math.ceil(flow.bytes / 1_400)), flow.bytes, endSeconds - 30, endSeconds,
    flow.action ?? 'ACCEPT', 'OK', own, flow.to, region, flow.awsService ?? '-', 'egress', 'shop', flow.service, taskId(flow.task),
  ].join(' ');
}

/** Route 53 Resolver query log of one answered question of a task as one JSON line. */
export function resolverLine(question: {
  at: string | number;
  task: number;
  name: string;
  answers: string[];
  type?: string;
  code?: string;
}): string {
  const type = question.type ?? 'A';
  return JSON.stringify({
    version: '1.100000',
    account_id: account,
    region,
    vpc_id: 'vpc-0123456789abcdef0',
    query_timestamp: `${new Date(question.at).toISOString().slice(0, 19)}Z`,
    query_name: `${question.name}.`,
    query_type: type,
    query_class: 'IN',
    rcode: question.code ?? 'NOERROR',
    answers: question.answers.map((answer) => ({ Rdata: answer, Type: type, Class: 'IN' })),
    srcaddr: `10.0.${(question.task >> 8) & 255}.${question.task & 255}`,
    srcport: String(40_000 + (question.task % 20_000)),
    transport: 'UDP',
    srcids: {},
  });
}

/** CloudTrail record of a call as one JSON line. */
export function cloudTrailRecord(call: {
  at: string | number;
  id: string;
  role?: string;
  user?: string;
  session?: string;
  source: string;
  name: string;
  isReadOnly?: boolean;
  request?: unknown;
  response?: unknown;
  errorCode?: string;
  address?: string;
  userAgent?: string;
  /** Replaces the identity made of `role` or `user`. */
  identity?: unknown;
}): string {
  const session = call.session ?? 'session';
  const identity =
    call.identity ??
    (call.user === undefined
      ? {
          type: 'AssumedRole',
          principalId: `AROAEXAMPLE:${session}`,
          arn: `arn:aws:sts::${account}:assumed-role/${call.role ?? 'app'}/${session}`,
          accountId: account,
          accessKeyId: 'ASIAEXAMPLE',
          sessionContext: {
            sessionIssuer: {
              type: 'Role',
              principalId: 'AROAEXAMPLE',
              arn: `arn:aws:iam::${account}:role/${call.role ?? 'app'}`,
              accountId: account,
              userName: call.role ?? 'app',
            },
          },
        }
      : {
          type: 'IAMUser',
          principalId: 'AIDAEXAMPLE',
          arn: `arn:aws:iam::${account}:user/${call.user}`,
          accountId: account,
          accessKeyId: 'AKIAEXAMPLE',
          userName: call.user,
        });
  return JSON.stringify({
    eventVersion: '1.08',
    userIdentity: identity,
    eventTime: `${new Date(call.at).toISOString().slice(0, 19)}Z`,
    eventSource: call.source,
    eventName: call.name,
    awsRegion: region,
    sourceIPAddress: call.address ?? '198.51.100.7',
    userAgent: call.userAgent ?? 'aws-sdk-js/3.0',
    ...(call.errorCode === undefined ? {} : { errorCode: call.errorCode }),
    requestParameters: call.request ?? null,
    responseElements: call.response ?? null,
    requestID: call.id,
    eventID: call.id,
    readOnly: call.isReadOnly ?? /^(Get|List|Describe|Head)/.test(call.name),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  });
}

/** Kubernetes audit event as one JSON line. */
export function kubernetesAuditLine(event: {
  at: string | number;
  id: string;
  user: string;
  groups?: string[];
  verb: string;
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  apiGroup?: string;
  code?: number;
  request?: unknown;
}): string {
  const at = new Date(event.at).toISOString().replace('Z', '000Z');
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: event.id,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/${event.namespace ?? ''}/${event.resource}`,
    verb: event.verb,
    user: { username: event.user, groups: event.groups ?? ['system:authenticated'] },
    sourceIPs: ['198.51.100.7'],
    userAgent: 'kubectl/v1.30',
    objectRef: {
      resource: event.resource,
      ...(event.subresource === undefined ? {} : { subresource: event.subresource }),
      ...(event.namespace === undefined ? {} : { namespace: event.namespace }),
      ...(event.name === undefined ? {} : { name: event.name }),
      apiGroup: event.apiGroup ?? '',
      apiVersion: 'v1',
    },
    responseStatus: { metadata: {}, code: event.code ?? 201 },
    ...(event.request === undefined ? {} : { requestObject: event.request }),
    requestReceivedTimestamp: at,
    stageTimestamp: at,
  });
}

/** ECS Task State Change event from EventBridge as one JSON line. */
export function ecsTaskEvent(event: {
  at: string | number;
  id: string;
  service: string;
  task: number;
  revision?: number;
  lastStatus: string;
  desiredStatus?: string;
}): string {
  const task = taskId(event.task);
  const at = new Date(event.at).toISOString();
  const own = `10.0.${(event.task >> 8) & 255}.${event.task & 255}`;
  return JSON.stringify({
    version: '0',
    id: event.id,
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account,
    time: at,
    region,
    resources: [`arn:aws:ecs:${region}:${account}:task/shop/${task}`],
    detail: {
      taskArn: `arn:aws:ecs:${region}:${account}:task/shop/${task}`,
      clusterArn: `arn:aws:ecs:${region}:${account}:cluster/shop`,
      taskDefinitionArn: `arn:aws:ecs:${region}:${account}:task-definition/${event.service}:${event.revision ?? 1}`,
      lastStatus: event.lastStatus,
      desiredStatus: event.desiredStatus ?? 'RUNNING',
      launchType: 'FARGATE',
      group: `service:${event.service}`,
      createdAt: at,
      startedAt: at,
      version: 1,
      attachments: [
        {
          type: 'eni',
          details: [
            { name: 'networkInterfaceId', value: `eni-${task.slice(0, 17)}` },
            { name: 'privateIPv4Address', value: own },
          ],
        },
      ],
      containers: [{ name: event.service, image: `${event.service}:latest`, lastStatus: event.lastStatus }],
    },
  });
}
