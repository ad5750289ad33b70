/** Stories of privilege changes: which must fire, and which stay quiet. */
import { cloudTrailRecord, kubernetesAuditLine, taskId, type Case } from '#contract';

const minuteMs = 60_000;
const firstMs = Date.UTC(2026, 2, 2, 6);
const time = (minute: number): number => firstMs + minute * minuteMs;
const at = (minute: number): string => new Date(time(minute)).toISOString();

type Call = Parameters<typeof cloudTrailRecord>[0];
type ClusterCall = Parameters<typeof kubernetesAuditLine>[0];
type Told = Pick<Call, 'source' | 'name'> & Partial<Call>;

let serial = 0;
const call = (minute: number, told: Told): string => {
  serial += 1;
  return cloudTrailRecord({ at: time(minute) + (serial % 50) * 1_000, id: `case-${serial}`, ...(told.identity === undefined && told.user === undefined ? { role: 'ci-deploy' } : {}), ...told });
};
const clusterCall = (minute: number, told: Pick<ClusterCall, 'verb' | 'resource'> & Partial<ClusterCall>): string => {
  serial += 1;
  return kubernetesAuditLine({ at: time(minute), id: `case-${serial}`, user: 'anna', ...told });
};

/** What the deploy role of a shop does all day: a new revision, a service brought up to date, a secret read, roles kept in order. */
function ordinary(from: number, to: number): string[] {
  const records: string[] = [];
  for (let minute = from; minute < to; minute += 5) {
    records.push(
      call(minute, { source: 'sts.amazonaws.com', name: 'GetCallerIdentity' }),
      call(minute, { source: 'ecs.amazonaws.com', name: 'RegisterTaskDefinition', request: { family: 'checkout', networkMode: 'awsvpc', taskRoleArn: 'arn:aws:iam::111122223333:role/checkout' } }),
      call(minute, { source: 'ecs.amazonaws.com', name: 'UpdateService', request: { cluster: 'shop', service: 'checkout' } }),
      call(minute, { source: 'iam.amazonaws.com', name: 'PutRolePolicy', request: { roleName: 'checkout', policyName: 'main', policyDocument: document({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::shop/*' }) } }),
      call(minute, { source: 'secretsmanager.amazonaws.com', name: 'GetSecretValue', request: { secretId: 'shop/database' } }),
    );
  }
  return records;
}

function clusterDay(from: number, to: number): string[] {
  const records: string[] = [];
  for (let minute = from; minute < to; minute += 5) {
    records.push(
      clusterCall(minute, { verb: 'get', resource: 'pods', namespace: 'shop', name: 'checkout', code: 200 }),
      clusterCall(minute, { verb: 'patch', resource: 'deployments', apiGroup: 'apps', namespace: 'shop', name: 'checkout', code: 200 }),
    );
  }
  return records;
}

function document(statement: Record<string, unknown>): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
}

const teachUntil = at(120);
const taught = ordinary(0, 120);
const day = [...taught, ...ordinary(120, 160)];
const clusterTaught = [...clusterDay(0, 120), ...clusterDay(120, 160)];
const fires = (minute: number, object: string, severity?: string): Case['fires'] => [
  { from: at(minute), to: at(minute + 2), object, ...(severity === undefined ? {} : { severity }) },
];
const burst = (minute: number, count: number, told: (index: number) => Told): string[] => Array.from({ length: count }, (_, index) => call(minute, told(index)));

const task = taskId(7);
/** A call with the role that a task of checkout holds. */
const asTask = (minute: number, name: string, address: string): string =>
  call(minute, { role: 'checkout', session: task, source: 's3.amazonaws.com', name, address, request: { bucketName: 'shop' } });

const cloudCases: Case[] = [
  {
    title: 'fires when a role that deploys switches off the trail',
    teachUntil,
    records: [...day, call(140, { source: 'cloudtrail.amazonaws.com', name: 'StopLogging', request: { name: 'main' } })],
    fires: fires(140, 'watchers: StopLogging', 'high'),
  },
  {
    title: 'fires once for a burst of rights that a role never gave before',
    teachUntil,
    records: [
      ...day,
      ...burst(140, 20, (index) => ({ source: 'iam.amazonaws.com', name: 'AttachUserPolicy', request: { userName: `user-${index}`, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' } })),
    ],
    fires: fires(140, 'rights', 'high'),
  },
  {
    title: 'fires while learning when the root user signs in',
    records: [
      call(10, { source: 'signin.amazonaws.com', name: 'ConsoleLogin', response: { ConsoleLogin: 'Success' }, identity: { type: 'Root', arn: 'arn:aws:iam::111122223333:root', accountId: '111122223333' } }),
    ],
    fires: fires(10, 'root-user', 'high'),
  },
  {
    title: 'fires when a role is opened to another account, though its policies change every day',
    teachUntil,
    records: [
      ...day,
      call(140, { source: 'iam.amazonaws.com', name: 'UpdateAssumeRolePolicy', request: { roleName: 'checkout', policyDocument: document({ Principal: { AWS: 'arn:aws:iam::444455556666:root' }, Action: 'sts:AssumeRole' }) } }),
    ],
    fires: fires(140, 'trust', 'high'),
  },
  {
    title: 'fires when a task definition asks the credential endpoint',
    teachUntil,
    records: [
      ...day,
      call(140, {
        source: 'ecs.amazonaws.com', name: 'RegisterTaskDefinition',
        request: { family: 'checkout', taskRoleArn: 'arn:aws:iam::111122223333:role/checkout', containerDefinitions: [{ name: 'app', command: ['sh', '-c', 'curl 169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] }] },
      }),
    ],
    fires: fires(140, 'rights', 'high'),
  },
  {
    title: 'fires when all secrets are listed and then read',
    teachUntil,
    records: [
      ...day,
      call(140, { source: 'secretsmanager.amazonaws.com', name: 'ListSecrets' }),
      ...burst(141, 12, (index) => ({ source: 'secretsmanager.amazonaws.com', name: 'GetSecretValue', request: { secretId: `shop/secret-${index}` } })),
    ],
    fires: [...fires(140, 'credentials: secrets'), ...fires(141, 'credentials: bulk', 'high')],
  },
  {
    title: 'fires when a user is refused again and again',
    teachUntil,
    records: [...day, ...burst(140, 14, (index) => ({ source: 'ec2.amazonaws.com', name: 'DescribeInstanceAttribute', errorCode: 'Client.UnauthorizedOperation', request: { attribute: 'userData', instanceId: `i-${index}` } }))],
    fires: fires(140, 'denied', 'medium'),
  },
  {
    title: 'fires when a bucket is opened to everybody, and not when it is opened to an organisation',
    teachUntil,
    records: [
      ...day,
      ...[100, 130].map((minute) => call(minute, { source: 's3.amazonaws.com', name: 'PutBucketPolicy', request: { bucketName: 'shop', bucketPolicy: { Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-shop' } } }] } } })),
      call(140, { source: 's3.amazonaws.com', name: 'PutBucketPolicy', request: { bucketName: 'shop', bucketPolicy: { Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject' }] } } }),
    ],
    fires: fires(140, 'exposure', 'critical'),
  },
  {
    title: 'fires when the credentials of a task are used from another network',
    teachUntil,
    records: [...day, ...[20, 60, 100, 130].map((minute) => asTask(minute, 'ListObjects', '203.0.113.9')), asTask(140, 'ListObjects', '198.51.100.200')],
    fires: fires(140, 'moved-credentials', 'high'),
  },
  {
    title: 'fires when a role starts machines with accelerators',
    teachUntil,
    records: [...day, call(140, { source: 'ec2.amazonaws.com', name: 'RunInstances', errorCode: 'Client.UnauthorizedOperation', request: { instanceType: 'p4d.24xlarge', instancesSet: { items: [{ minCount: 1, maxCount: 20 }] } } })],
    fires: fires(140, 'compute', 'high'),
  },
  {
    title: 'stays quiet while a role deploys as it always does',
    teachUntil,
    records: day,
    fires: [],
  },
  {
    title: 'stays quiet for rights that were given during the teaching',
    teachUntil,
    records: [100, 140].flatMap((minute) => [...(minute === 100 ? day : []), ...burst(minute, 20, (index) => ({ source: 'iam.amazonaws.com', name: 'CreateUser', request: { userName: `user-${minute}-${index}` } }))]),
    fires: [],
  },
  {
    title: 'stays quiet for a new role that does what others of the account do',
    teachUntil,
    records: [...day, call(140, { role: 'ci-deploy-2', source: 'iam.amazonaws.com', name: 'PutRolePolicy', request: { roleName: 'orders', policyName: 'main', policyDocument: document({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::shop/*' }) } })],
    fires: [],
  },
  {
    title: 'stays quiet for services of the cloud that act by themselves',
    teachUntil,
    records: [
      ...day,
      ...['CreateLogStream', 'DeleteLogGroup', 'StopLogging'].map((name) => call(140, { source: 'logs.amazonaws.com', name, identity: { type: 'AWSService', invokedBy: 'ecs.amazonaws.com' } })),
      call(141, { source: 'ec2.amazonaws.com', name: 'RunInstances', identity: { type: 'AssumedRole', arn: 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling', sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling' } } } }),
    ],
    fires: [],
  },
  {
    title: 'stays quiet when tasks read the secrets they always read',
    teachUntil,
    records: [60, 140].flatMap((minute) => [...(minute === 60 ? day : []), ...burst(minute, 15, (index) => ({ role: 'checkout', source: 'secretsmanager.amazonaws.com', name: 'GetSecretValue', request: { secretId: `checkout/${index}` } }))]),
    fires: [],
  },
  {
    title: 'stays quiet while learning for rights that pipelines give every day',
    records: [...ordinary(0, 60), call(30, { source: 'iam.amazonaws.com', name: 'AttachRolePolicy', request: { roleName: 'checkout', policyArn: 'arn:aws:iam::111122223333:policy/checkout' } })],
    fires: [],
  },
  {
    title: 'stays quiet when a call was throttled',
    teachUntil,
    records: [...day, call(140, { source: 'kms.amazonaws.com', name: 'DisableKey', errorCode: 'ThrottlingException' })],
    fires: [],
  },
];

const privileged = { metadata: { name: 'tool' }, spec: { containers: [{ name: 'tool', image: 'alpine', securityContext: { privileged: true } }] } };

const clusterCases: Case[] = [
  {
    title: 'fires when somebody binds a cluster role to everybody',
    teachUntil,
    records: [
      ...clusterTaught,
      clusterCall(140, { verb: 'create', resource: 'clusterrolebindings', apiGroup: 'rbac.authorization.k8s.io', name: 'open', request: { roleRef: { name: 'view' }, subjects: [{ kind: 'Group', name: 'system:unauthenticated' }] } }),
    ],
    fires: fires(140, 'cluster-rights', 'critical'),
  },
  {
    title: 'fires when a privileged pod is started, and when a shell is opened in a pod',
    teachUntil,
    records: [
      ...clusterTaught,
      clusterCall(140, { verb: 'create', resource: 'pods', namespace: 'shop', name: 'tool', request: privileged }),
      clusterCall(141, { verb: 'create', resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'tool', code: 101 }),
    ],
    fires: [...fires(140, 'pod-privilege', 'high'), ...fires(141, 'pod-access', 'medium')],
  },
  {
    title: 'fires when a call without a name is answered',
    records: [clusterCall(10, { user: 'system:anonymous', groups: ['system:unauthenticated'], verb: 'create', resource: 'namespaces', name: 'test' })],
    fires: fires(10, 'anonymous', 'critical'),
  },
  {
    title: 'stays quiet for calls without a name that are refused, and for health checks',
    records: [
      ...Array.from({ length: 20 }, (_, index) => clusterCall(10 + index, { user: 'system:anonymous', groups: ['system:unauthenticated'], verb: 'list', resource: 'secrets', code: 403 })),
      clusterCall(40, { user: 'system:anonymous', groups: ['system:unauthenticated'], verb: 'get', resource: '', code: 200 }).replace('"requestURI":"/api/v1/namespaces//"', '"requestURI":"/healthz"'),
    ],
    fires: [],
  },
  {
    title: 'stays quiet for the agents of the cluster that its own controllers start',
    teachUntil,
    records: [
      ...clusterTaught,
      clusterCall(140, { user: 'system:serviceaccount:kube-system:daemon-set-controller', verb: 'create', resource: 'pods', namespace: 'kube-system', name: 'kube-proxy-x7k2p', request: privileged }),
      clusterCall(141, { user: 'system:node:ip-10-0-0-1', verb: 'create', resource: 'serviceaccounts', subresource: 'token', namespace: 'shop', name: 'default' }),
    ],
    fires: [],
  },
  {
    title: 'stays quiet for an ordinary deployment',
    teachUntil,
    records: [...clusterTaught, clusterCall(140, { verb: 'create', resource: 'deployments', apiGroup: 'apps', namespace: 'shop', name: 'orders', request: { spec: { template: { spec: { containers: [{ name: 'app' }] } } } } })],
    fires: [],
  },
];

export const cases: Case[] = [...cloudCases, ...clusterCases];
