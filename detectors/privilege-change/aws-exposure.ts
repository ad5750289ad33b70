/** Acts that let others reach what is ours: data made public or shared with other accounts, networks opened to the world. */
import type { ApiActivity, JsonValue } from '#contract';
import { act, raised, type Act, type ActTable } from './act.ts';
import { outsidersAmong, policyOf } from './policy.ts';
import { textAt, textsUnder } from './request.ts';

const dataFrom = 'T1537';

/** A policy of a resource: everybody, another account, or nobody new. */
function byPolicy(thing: string, base: Partial<Act> = {}): (activity: ApiActivity) => Act {
  return (activity) => {
    const plain = { ...act('exposure', 'notable', 'low', 'changed|change', `who may use the ${thing}`, 'T1098'), ...base };
    const { isPublic, outsiders } = policyOf(activity);
    if (isPublic) return raised(plain, { gravity: 'wrong', severity: 'critical', past: 'opened', infinitive: 'open', thing: `to everybody the ${thing}`, facets: ['public'], attack: dataFrom });
    if (outsiders.length === 0) return plain;
    return raised(plain, {
      gravity: 'grave', severity: 'high', past: 'opened', infinitive: 'open', attack: dataFrom,
      thing: `to account ${outsiders[0]!} the ${thing}`, facets: outsiders.map((account) => `outside ${account}`),
    });
  };
}

const shareFields = /^(?:userId|group|groupNames?|userIds?|valuesToAdd|accountIds?|sharedAccounts?|accountWithRestoreAccess|principal|accountToShare|add|organizationArns?)$/i;

/** Sharing an image, a snapshot or a key: with everybody (`all`), or with another account. */
function byList(thing: string, isShare: (activity: ApiActivity) => boolean = () => true): (activity: ApiActivity) => Act | undefined {
  return (activity) => {
    if (!isShare(activity)) return undefined;
    const base = act('exposure', 'notable', 'medium', 'shared|share', `the ${thing}`, dataFrom);
    // What is taken back from others shares nothing.
    const { request } = activity;
    const given = JSON.stringify(request).includes('"remove"') ? textsUnder(textsAdded(request), shareFields) : textsUnder(request, shareFields);
    if (given.includes('all') || given.includes('*')) {
      return raised(base, { gravity: 'wrong', severity: 'critical', thing: `with everybody the ${thing}`, facets: ['public'] });
    }
    const outsiders = outsidersAmong(given, activity);
    if (outsiders.length > 0) {
      return raised(base, {
        gravity: 'grave', severity: 'high', thing: `with account ${outsiders[0]!} the ${thing}`,
        facets: outsiders.map((account) => `outside ${account}`),
      });
    }
    return given.length === 0 ? undefined : base;
  };
}

function textsAdded(request: JsonValue): JsonValue {
  const added: JsonValue[] = [];
  const waiting: JsonValue[] = [request];
  for (let seen = 0; waiting.length > 0 && seen < 500; seen += 1) {
    const at = waiting.pop();
    if (typeof at !== 'object' || at === null) continue;
    for (const [key, inner] of Object.entries(at)) {
      if (key === 'add') added.push({ add: inner });
      else if (key !== 'remove') waiting.push(inner);
    }
  }
  return added;
}

/** Database clusters' snapshots are shared by one attribute of several. */
const isRestoreAttribute = ({ request }: ApiActivity): boolean => /^(?:restore)?$/i.test(textAt(request, 'attributeName'));

const everybody = /AllUsers|AuthenticatedUsers/;

function bucketAcl(activity: ApiActivity): Act | undefined {
  const { request } = activity;
  const canned = textsUnder(request, /^x-amz-acl$/i).join(' ');
  const isPublic = /public/i.test(canned) || everybody.test(textsUnder(request, /^uri$|grant/i).join(' ')) || /authenticated-read/.test(canned);
  const base = act('exposure', 'notable', 'low', 'changed|change', 'the access list of the bucket', 'T1098');
  if (!isPublic) return canned === '' ? base : undefined;
  return raised(base, { gravity: 'wrong', severity: 'critical', past: 'opened', infinitive: 'open', thing: 'to everybody the bucket', facets: ['public'], attack: 'T1530' });
}

function publicBlock(activity: ApiActivity): Act | undefined {
  const settings = textsUnder(activity.request, /^(?:BlockPublicAcls|BlockPublicPolicy|IgnorePublicAcls|RestrictPublicBuckets)$/i);
  return settings.includes('false') ? blockOff : undefined;
}
const blockOff = act('exposure', 'grave', 'high', 'took away|take away', 'the block on public access of the bucket', 'T1530');

/**
 * Open to the world counts at any width over /1 away from it: an address before `/0` still means everybody.
 * Ports of the web are opened to the world by design.
 */
const world = /^(?:[\d.]+|[0-9a-f:]*::?[0-9a-f:]*)\/[01]$/i;
const webPorts = new Set(['80', '443']);

function ingress(activity: ApiActivity): Act | undefined {
  const { request } = activity;
  const ranges = textsUnder(request, /^cidr(?:Ip|Ipv6|Block|_?ip)?(?:v4|v6)?$|^ipRanges$|^ipv6Ranges$/i);
  const base = act('network-opening', 'notable', 'low', 'opened|open', 'the security group', 'T1562.007');
  if (!ranges.some((range) => world.test(range))) return base;
  const ports = textsUnder(request, /^(?:fromPort|toPort)$/i);
  const isWeb = ports.length > 0 && ports.every((port) => webPorts.has(port));
  if (isWeb) return raised(base, { facets: ['world, web'], thing: 'to the world the web port of the security group' });
  return raised(base, { gravity: 'grave', severity: 'high', facets: ['world'], thing: `to the world${portName(ports)} the security group` });
}

function portName(ports: readonly string[]): string {
  const [first] = ports;
  if (first === undefined || first === '-1' || ports.some((port) => port !== first)) return '';
  return ` (port ${first})`;
}

const lambdaPolicy = byPolicy('function');

/** Lambda's permissions are no document: a principal, and perhaps the account or resource it is bound to. */
function lambdaPermission(activity: ApiActivity): Act {
  const { request } = activity;
  const principal = textAt(request, 'principal');
  const base = act('exposure', 'notable', 'low', 'let|let', 'others call the function', 'T1098');
  if (principal === '*' && textAt(request, 'principalOrgID') === '' && textAt(request, 'sourceArn') === '') {
    return raised(base, { gravity: 'wrong', severity: 'high', thing: 'everybody call the function', facets: ['public'] });
  }
  const [outsider] = outsidersAmong([principal], activity);
  if (outsider === undefined) return base;
  return raised(base, { gravity: 'grave', severity: 'high', thing: `account ${outsider} call the function`, facets: [`outside ${outsider}`] });
}

function publicInstance(activity: ApiActivity): Act | undefined {
  if (textAt(activity.request, 'publiclyAccessible') !== 'true') return undefined;
  return raised(act('exposure', 'grave', 'high', 'made|make', 'reachable from the internet the database', 'T1562.007'), { facets: ['public'] });
}

const acl = act('network-opening', 'notable', 'medium', 'changed|change', 'the network rules', 'T1562.007');
const snapshot = (thing: string): Act => act('exposure', 'notable', 'low', 'copied out|copy out', `into a snapshot the ${thing}`, 'T1537');
const way = (thing: string): Act => act('exposure', 'notable', 'medium', 'set up|set up', thing, 'T1074.002');

export const exposureActs: ActTable = {
  's3.amazonaws.com': {
    PutBucketPolicy: byPolicy('bucket'),
    DeleteBucketPolicy: act('exposure', 'notable', 'medium', 'deleted|delete', 'the policy of the bucket', 'T1578.005'),
    PutBucketAcl: bucketAcl,
    PutObjectAcl: bucketAcl,
    PutBucketPublicAccessBlock: publicBlock,
    PutAccountPublicAccessBlock: publicBlock,
    DeleteBucketPublicAccessBlock: blockOff,
    DeleteAccountPublicAccessBlock: blockOff,
    DeletePublicAccessBlock: blockOff,
    PutAccessPointPolicy: byPolicy('access point'),
    PutBucketReplication: act('exposure', 'grave', 'high', 'set up|set up', 'copies elsewhere of the bucket', 'T1537'),
    PutBucketWebsite: act('exposure', 'notable', 'medium', 'published|publish', 'as a web site the bucket', 'T1530'),
    PutBucketCors: act('exposure', 'notable', 'low', 'changed|change', 'which web sites may use the bucket', 'T1578.005'),
  },
  'ec2.amazonaws.com': {
    ModifySnapshotAttribute: byList('snapshot'),
    ModifyImageAttribute: byList('image'),
    ModifyFpgaImageAttribute: byList('image'),
    CreateSnapshot: snapshot('volume'),
    CreateSnapshots: snapshot('volumes'),
    CreateImage: snapshot('instance'),
    CopySnapshot: snapshot('snapshot'),
    ExportImage: act('exposure', 'grave', 'high', 'exported|export', 'to a bucket the image', 'T1537'),
    CreateInstanceExportTask: act('exposure', 'grave', 'high', 'exported|export', 'to a bucket the instance', 'T1537'),
    CreateStoreImageTask: act('exposure', 'grave', 'high', 'exported|export', 'to a bucket the image', 'T1537'),
    GetEbsSnapshotBlock: act('exposure', 'notable', 'medium', 'read|read', 'blocks of the snapshot', 'T1530'),
    DisableImageBlockPublicAccess: { ...blockOff, thing: 'the block on public images', named: '' },
    DisableSnapshotBlockPublicAccess: { ...blockOff, thing: 'the block on public snapshots', named: '' },
    AuthorizeSecurityGroupIngress: ingress,
    ModifySecurityGroupRules: ingress,
    CreateNetworkAclEntry: acl,
    ReplaceNetworkAclEntry: acl,
    DeleteNetworkAcl: acl,
    DeleteNetworkAclEntry: acl,
    CreateTrafficMirrorSession: { ...way('a mirror of the traffic of'), gravity: 'grave', severity: 'high', attack: 'T1040' },
    CreateTrafficMirrorFilter: { ...way('a filter of mirrored traffic'), attack: 'T1040' },
    CreateTrafficMirrorFilterRule: { ...way('a filter of mirrored traffic'), attack: 'T1040' },
    ModifyTrafficMirrorSession: { ...way('a mirror of the traffic of'), gravity: 'grave', severity: 'high', attack: 'T1040' },
    CreateTrafficMirrorTarget: { ...way('a target for mirrored traffic'), attack: 'T1040' },
    CreateVpcPeeringConnection: { ...way('a way to another network from'), attack: 'T1599' },
    AcceptVpcPeeringConnection: { ...way('a way to another network from'), attack: 'T1599' },
    AttachVolume: { ...way('reading of the volume'), past: 'attached', infinitive: 'attach', thing: 'the volume', severity: 'low' },
  },
  'ebs.amazonaws.com': { GetSnapshotBlock: act('exposure', 'notable', 'medium', 'read|read', 'blocks of the snapshot', 'T1530') },
  'rds.amazonaws.com': {
    ModifyDBSnapshotAttribute: byList('database snapshot', isRestoreAttribute),
    ModifyDBClusterSnapshotAttribute: byList('database snapshot', isRestoreAttribute),
    StartExportTask: act('exposure', 'grave', 'high', 'exported|export', 'to a bucket the database', 'T1537'),
    CreateDBSnapshot: snapshot('database'),
    CreateDBClusterSnapshot: snapshot('database'),
    CopyDBSnapshot: snapshot('database'),
    CopyDBClusterSnapshot: snapshot('database'),
    ModifyDBInstance: publicInstance,
    CreateDBInstance: publicInstance,
    RestoreDBInstanceFromDBSnapshot: publicInstance,
    RestoreDBInstanceFromS3: publicInstance,
    AuthorizeDBSecurityGroupIngress: { ...acl, thing: 'who may reach the database', gravity: 'grave' },
  },
  'redshift.amazonaws.com': {
    AuthorizeSnapshotAccess: byList('database snapshot'),
    ModifyCluster: publicInstance,
    AuthorizeDataShare: byList('data share'),
  },
  'kms.amazonaws.com': {
    PutKeyPolicy: byPolicy('key'),
    CreateGrant: (activity) => {
      const outsiders = outsidersAmong(textsUnder(activity.request, /^granteePrincipal$/i), activity);
      if (outsiders.length === 0) return undefined;
      return raised(act('exposure', 'grave', 'high', 'let|let', `account ${outsiders[0]!} use the key`, dataFrom), { facets: [`outside ${outsiders[0]!}`] });
    },
  },
  'secretsmanager.amazonaws.com': {
    PutResourcePolicy: byPolicy('secret'),
    ReplicateSecretToRegions: act('exposure', 'notable', 'low', 'copied|copy', 'to another region the secret', dataFrom),
  },
  'ssm.amazonaws.com': {
    ModifyDocumentPermission: byList('document'),
    PutResourcePolicy: byPolicy('parameter'),
  },
  'lambda.amazonaws.com': {
    AddPermission: lambdaPermission,
    AddLayerVersionPermission: lambdaPermission,
    PutResourcePolicy: lambdaPolicy,
    CreateFunctionUrlConfig: (activity) =>
      textAt(activity.request, 'authType') === 'NONE'
        ? raised(act('exposure', 'grave', 'high', 'opened|open', 'to everybody an address of the function', 'T1098'), { facets: ['public'] })
        : act('exposure', 'notable', 'low', 'opened|open', 'an address of the function', 'T1098'),
    UpdateFunctionUrlConfig: act('exposure', 'notable', 'medium', 'changed|change', 'the address of the function', 'T1098'),
  },
  'ecr.amazonaws.com': { SetRepositoryPolicy: byPolicy('repository'), PutRegistryPolicy: byPolicy('registry') },
  'ecr-public.amazonaws.com': { SetRepositoryPolicy: byPolicy('public repository') },
  'sqs.amazonaws.com': { SetQueueAttributes: byPolicy('queue'), AddPermission: byList('queue') },
  'sns.amazonaws.com': { SetTopicAttributes: byPolicy('topic'), AddPermission: byList('topic') },
  'es.amazonaws.com': { UpdateDomainConfig: byPolicy('search domain'), UpdateElasticsearchDomainConfig: byPolicy('search domain') },
  'glacier.amazonaws.com': { SetVaultAccessPolicy: byPolicy('vault') },
  'backup.amazonaws.com': { PutBackupVaultAccessPolicy: byPolicy('backup vault') },
  'elasticfilesystem.amazonaws.com': { PutFileSystemPolicy: byPolicy('file system') },
  'glue.amazonaws.com': { PutResourcePolicy: byPolicy('data catalogue') },
  'logs.amazonaws.com': { PutResourcePolicy: byPolicy('log groups') },
  'events.amazonaws.com': { PutPermission: byList('event bus') },
  'codebuild.amazonaws.com': {
    UpdateProjectVisibility: (activity) =>
      textAt(activity.request, 'projectVisibility') === 'PUBLIC_READ' ? raised(act('exposure', 'grave', 'high', 'opened|open', 'to everybody the builds of', 'T1526'), { facets: ['public'] }) : undefined,
  },
  'transfer.amazonaws.com': {
    CreateServer: { ...way('a file server'), attack: 'T1537', gravity: 'grave' },
    CreateUser: { ...way('a user of the file server'), attack: 'T1136.003' },
  },
  'datasync.amazonaws.com': { CreateTask: { ...way('copies of data to elsewhere'), attack: 'T1537' } },
  'route53resolver.amazonaws.com': { AssociateResolverRule: { ...way('another answer to name look-ups:'), attack: 'T1557' } },
};
