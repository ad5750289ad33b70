/** Acts that read credentials in AWS: secrets, parameters, passwords, user data, reports; and which of them each read. */
import type { ApiActivity } from '#contract';
import { act, operationOf, raised, type Act, type ActTable, type Gravity } from './act.ts';
import { listOf, textAt, textsUnder } from './request.ts';

const store = 'T1555.006';

function read(thing: string, gravity: Gravity, attack = store, severity: Act['severity'] = 'medium'): Act {
  return act('credentials', gravity, severity, 'read|read', thing, attack);
}

function parameters(activity: ApiActivity): Act | undefined {
  if (textAt(activity.request, 'withDecryption') !== 'true') return undefined;
  return { ...read(operationOf(activity) === 'GetParametersByPath' ? 'all secret parameters under' : 'secret parameters such as', 'notable'), detail: 'parameters' };
}

/** The script an instance starts with often holds keys. */
function attribute(activity: ApiActivity): Act | undefined {
  return textAt(activity.request, 'attribute') === 'userData' ? { ...userData, facets: ['user data'] } : undefined;
}
const userData: Act = { ...read('the start script of the instance', 'notable', 'T1552.005', 'low'), detail: 'user data' };

const secrets = (verbs: string, thing: string, gravity: Gravity): Act => ({ ...act('credentials', gravity, 'medium', verbs, thing, store), detail: 'secrets' });
const report: Act = { ...read('the report on all credentials', 'notable', 'T1087.004'), named: '', detail: 'report' };
const databaseLogin: Act = { ...act('credentials', 'notable', 'medium', 'got|get', 'a login to the database', 'T1078.004'), detail: 'database' };

export const credentialActs: ActTable = {
  'secretsmanager.amazonaws.com': {
    GetSecretValue: secrets('read|read', 'the secret', 'notable'),
    BatchGetSecretValue: { ...secrets('read|read', 'secrets in bulk', 'grave'), severity: 'high', named: '' },
    ListSecrets: { ...secrets('listed|list', 'all secrets', 'notable'), severity: 'low', named: '' },
  },
  'ssm.amazonaws.com': { GetParameter: parameters, GetParameters: parameters, GetParametersByPath: parameters, GetParameterHistory: parameters },
  'ec2.amazonaws.com': {
    GetPasswordData: { ...read('the administrator password of the instance', 'grave', 'T1555'), severity: 'high', detail: 'instance passwords' },
    DescribeInstanceAttribute: attribute,
    DescribeLaunchTemplateVersions: { ...read('the start script of launch template', 'notable', 'T1552.005'), severity: 'low', detail: 'user data' },
    CreateKeyPair: { ...act('access-key', 'notable', 'medium', 'created|create', 'the key pair', 'T1098.001') },
    ImportKeyPair: { ...act('access-key', 'notable', 'medium', 'brought in|bring in', 'the key pair', 'T1098.001') },
    GetConsoleOutput: { ...read('the console of the instance', 'notable', 'T1552'), severity: 'low', detail: 'console' },
    GetConsoleScreenshot: { ...read('the screen of the instance', 'notable', 'T1113'), severity: 'low', detail: 'console' },
  },
  'iam.amazonaws.com': { GenerateCredentialReport: report, GetCredentialReport: report },
  'lightsail.amazonaws.com': {
    GetInstanceAccessDetails: { ...read('the login of the instance', 'grave', 'T1555'), detail: 'instance passwords' },
    DownloadDefaultKeyPair: { ...read('the private key of all instances', 'grave', 'T1552.004'), severity: 'high', named: '', detail: 'instance passwords' },
    GetRelationalDatabaseMasterUserPassword: { ...read('the master password of the database', 'grave', 'T1555'), detail: 'database' },
  },
  'redshift.amazonaws.com': { GetClusterCredentials: databaseLogin, GetClusterCredentialsWithIAM: databaseLogin },
  'redshift-serverless.amazonaws.com': { GetCredentials: databaseLogin },
  'codebuild.amazonaws.com': { ImportSourceCredentials: act('access-key', 'grave', 'medium', 'brought in|bring in', 'credentials for source code', 'T1098.001') },
  'sts.amazonaws.com': {
    GetSessionToken: (activity) =>
      activity.actor.type === 'IAMUser'
        ? raised(act('credentials', 'notable', 'low', 'got|get', 'temporary credentials out of its key', 'T1550.001'), { named: '', detail: 'session token' })
        : undefined,
  },
  'apigateway.amazonaws.com': { GetApiKey: read('the API key', 'notable'), GetApiKeys: { ...read('the API keys', 'notable'), named: '' } },
  'appsync.amazonaws.com': { ListApiKeys: { ...read('the API keys', 'notable'), named: '' } },
  'acm.amazonaws.com': { ExportCertificate: { ...read('the private key of the certificate', 'grave', 'T1552.004'), severity: 'high' } },
  'acm-pca.amazonaws.com': {
    IssueCertificate: act('trust', 'notable', 'medium', 'issued|issue', 'a certificate of', 'T1588.004'),
    GetCertificate: { ...read('a certificate of', 'notable', 'T1588.004'), severity: 'low' },
  },
};

/** Names one call may count; requests name 10 parameters or 20 secrets at most. */
const namesPerCall = 20;

/** The credentials a call reads, one name each; none for calls that read none. */
export function credentialsRead(activity: ApiActivity): string[] {
  if (activity.system === 'kubernetes') {
    const isSecret = activity.operation === 'get secrets';
    return isSecret && activity.resource !== '' ? [`${activity.namespace ?? ''}/${activity.resource}`] : [];
  }
  const { request, resource } = activity;
  switch (`${activity.service} ${activity.operation}`) {
    case 'secretsmanager.amazonaws.com GetSecretValue':
      // Masking may hide what follows `secret:` in an ARN among the parameters.
      return [bare(resource || textAt(request, 'secretId'))];
    case 'secretsmanager.amazonaws.com BatchGetSecretValue':
      return textsUnder(request, /^secretIdList$/i).slice(0, namesPerCall).map(bare);
    case 'ssm.amazonaws.com GetParameter':
    case 'ssm.amazonaws.com GetParameters':
      return textAt(request, 'withDecryption') === 'true'
        ? [...listOf(request['names']), ...listOf(request['name'])].slice(0, namesPerCall).map((name) => bare(String(name)))
        : [];
    case 'ec2.amazonaws.com GetPasswordData':
      return [textAt(request, 'instanceId') || resource];
    case 'ec2.amazonaws.com DescribeInstanceAttribute':
      return textAt(request, 'attribute') === 'userData' ? [`start script of ${textAt(request, 'instanceId')}`] : [];
    default:
      return [];
  }
}

/** The same secret is named by its ARN or by its name; the ARN ends in six random signs. */
function bare(name: string): string {
  const found = /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.*?)(?:-\w{6})?$/.exec(name)?.[1];
  return found ?? name.replace(/^arn:[^:]*:ssm:[^:]*:[^:]*:parameter/, '');
}
