/** Acts that take compute, models or mail of the account for purposes of somebody else. */
import type { ApiActivity } from '#contract';
import { act, raised, type Act, type ActTable } from './act.ts';
import { textAt, textsUnder } from './request.ts';

/**
 * Families with accelerators or of very large size: what miners and password crackers start, and few others by surprise
 * (https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-type-specifications.html).
 */
const accelerated = /^(?:p\d|g\d|gr\d|inf\d|trn\d|dl\d|vt\d|f[12]\b|hpc|u-)/;
const largeSize = /\.(?:metal.*|(?:1[6-9]|[2-9]\d|1\d\d)xlarge)$/;
/** As many at once is more than a person starts by hand. */
const manyInstances = 10;

function instances(activity: ApiActivity): Act {
  const { request, errorCode = '' } = activity;
  const type = textAt(request, 'instanceType');
  const base: Act = { ...act('compute', 'notable', 'low', 'started|start', type === '' ? 'instances' : 'instances of type', 'T1578.002'), named: type };
  const facets: string[] = [];
  if (accelerated.test(type)) facets.push('accelerated');
  if (largeSize.test(type)) facets.push('large');
  if (Math.max(0, ...textsUnder(request, /^maxCount$/i).map(Number)) >= manyInstances) facets.push('many');
  if (/LimitExceeded|InsufficientInstanceCapacity/.test(errorCode)) facets.push('over the limit');
  return facets.length > 0 ? raised(base, { gravity: 'grave', severity: 'high', facets, attack: 'T1496.001' }) : base;
}

const model = (verbs: string, thing: string): Act => act('compute', 'grave', 'medium', verbs, thing, 'T1496.004');
const invoke: Act = { ...act('compute', 'notable', 'low', 'called|call', 'the model', 'T1496.004') };
const mail = (verbs: string, thing: string): Act => act('compute', 'grave', 'medium', verbs, thing, 'T1496.004');
const cluster = act('compute', 'notable', 'medium', 'created|create', 'the cluster', 'T1496.001');
const region = act('compute', 'grave', 'medium', 'switched on|switch on', 'a region:', 'T1535');
const quota = act('compute', 'notable', 'medium', 'asked for|ask for', 'higher limits', 'T1578.005');

export const computeActs: ActTable = {
  'ec2.amazonaws.com': {
    RunInstances: instances,
    RequestSpotInstances: instances,
    RequestSpotFleet: { ...cluster, thing: 'the fleet' },
    CreateFleet: { ...cluster, thing: 'the fleet' },
    CreateDefaultVpc: { ...cluster, thing: 'a default network', named: '' },
    CreateLaunchTemplate: { ...cluster, thing: 'the launch template', severity: 'low' },
  },
  'ecs.amazonaws.com': { CreateCluster: cluster },
  'eks.amazonaws.com': { CreateCluster: cluster, CreateNodegroup: cluster },
  'lightsail.amazonaws.com': { CreateInstances: { ...cluster, thing: 'instances', gravity: 'grave' } },
  'sagemaker.amazonaws.com': { CreateEndpoint: { ...cluster, thing: 'the model endpoint' } },
  'servicequotas.amazonaws.com': { RequestServiceQuotaIncrease: quota },
  'support.amazonaws.com': { CreateCase: quota },
  'account.amazonaws.com': { EnableRegion: region },
  'amplify.amazonaws.com': { CreateApp: { ...cluster, thing: 'the app' } },
  'bedrock.amazonaws.com': {
    InvokeModel: invoke,
    InvokeModelWithResponseStream: invoke,
    Converse: invoke,
    ConverseStream: invoke,
    PutUseCaseForModelAccess: model('asked for|ask for', 'the use of models'),
    CreateFoundationModelAgreement: model('agreed to|agree to', 'the terms of the model'),
    PutFoundationModelEntitlement: model('switched on|switch on', 'the model'),
    CreateProvisionedModelThroughput: model('bought|buy', 'throughput of the model'),
  },
  'ses.amazonaws.com': {
    CreateEmailIdentity: mail('added|add', 'the sender'),
    VerifyEmailIdentity: mail('added|add', 'the sender'),
    VerifyDomainIdentity: mail('added|add', 'the sender'),
    PutAccountDetails: mail('asked for|ask for', 'the sending of mail at large'),
    UpdateAccountSendingEnabled: mail('changed|change', 'whether mail is sent'),
    PutAccountSendingAttributes: mail('changed|change', 'whether mail is sent'),
    CreateSMTPCredentials: mail('created|create', 'credentials to send mail'),
  },
  'sns.amazonaws.com': { SetSMSAttributes: mail('changed|change', 'the limits of text messages'), CreateSMSSandboxPhoneNumber: mail('added|add', 'a telephone number') },
};
