/** Acts that let others read what is ours: data made public or shared with other accounts. */
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
    if (isPublic) return raised(plain, { gravity: 'wrong', severity: 'critical', past: 'opened', infinitive: 'open', thing: `the ${thing}`, after: 'to everybody', facets: ['public'], attack: dataFrom });
    if (outsiders.length === 0) return plain;
    return raised(plain, {
      gravity: 'grave', severity: 'high', past: 'opened', infinitive: 'open', attack: dataFrom,
      thing: `the ${thing}`, after: `to account ${outsiders[0]!}`, facets: outsiders.map((account) => `outside ${account}`),
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
      return raised(base, { gravity: 'wrong', severity: 'critical', after: 'with everybody', facets: ['public'] });
    }
    const outsiders = outsidersAmong(given, activity);
    if (outsiders.length > 0) {
      return raised(base, {
        gravity: 'grave', severity: 'high', after: `with account ${outsiders[0]!}`,
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
  return raised(base, { gravity: 'wrong', severity: 'critical', past: 'opened', infinitive: 'open', thing: 'the bucket', after: 'to everybody', facets: ['public'], attack: 'T1530' });
}

function publicBlock(activity: ApiActivity): Act | undefined {
  const settings = textsUnder(activity.request, /^(?:BlockPublicAcls|BlockPublicPolicy|IgnorePublicAcls|RestrictPublicBuckets)$/i);
  return settings.includes('false') ? blockOff : undefined;
}
const blockOff = act('exposure', 'grave', 'high', 'took away|take away', 'the block on public access of the bucket', 'T1530');

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
  return raised(act('exposure', 'grave', 'high', 'made|make', 'the database', 'T1562.007'), { facets: ['public'], after: 'reachable from the internet' });
}

const snapshot = (thing: string): Act => ({ ...act('exposure', 'notable', 'low', 'copied|copy', `the ${thing}`, 'T1537'), after: 'into a snapshot' });
const exported = (thing: string): Act => ({ ...act('exposure', 'grave', 'high', 'exported|export', `the ${thing}`, 'T1537'), after: 'to a bucket' });

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
    PutBucketReplication: { ...act('exposure', 'grave', 'high', 'set up|set up', 'copies of the bucket', 'T1537'), after: 'elsewhere' },
    PutBucketWebsite: { ...act('exposure', 'notable', 'medium', 'published|publish', 'the bucket', 'T1530'), after: 'as a web site' },
  },
  'ec2.amazonaws.com': {
    ModifySnapshotAttribute: byList('snapshot'),
    ModifyImageAttribute: byList('image'),
    ModifyFpgaImageAttribute: byList('image'),
    CreateSnapshot: snapshot('volume'),
    CreateSnapshots: snapshot('volumes'),
    CreateImage: snapshot('instance'),
    CopySnapshot: snapshot('snapshot'),
    ExportImage: exported('image'),
    CreateInstanceExportTask: exported('instance'),
    CreateStoreImageTask: exported('image'),
    GetEbsSnapshotBlock: act('exposure', 'notable', 'medium', 'read|read', 'blocks of the snapshot', 'T1530'),
    DisableImageBlockPublicAccess: { ...blockOff, thing: 'the block on public images', named: '' },
    DisableSnapshotBlockPublicAccess: { ...blockOff, thing: 'the block on public snapshots', named: '' },
  },
  'ebs.amazonaws.com': { GetSnapshotBlock: act('exposure', 'notable', 'medium', 'read|read', 'blocks of the snapshot', 'T1530') },
  'rds.amazonaws.com': {
    ModifyDBSnapshotAttribute: byList('database snapshot', isRestoreAttribute),
    ModifyDBClusterSnapshotAttribute: byList('database snapshot', isRestoreAttribute),
    StartExportTask: exported('database'),
    CreateDBSnapshot: snapshot('database'),
    CreateDBClusterSnapshot: snapshot('database'),
    CopyDBSnapshot: snapshot('database'),
    CopyDBClusterSnapshot: snapshot('database'),
    ModifyDBInstance: publicInstance,
    CreateDBInstance: publicInstance,
    RestoreDBInstanceFromDBSnapshot: publicInstance,
    RestoreDBInstanceFromS3: publicInstance,
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
    ReplicateSecretToRegions: { ...act('exposure', 'notable', 'low', 'copied|copy', 'the secret', dataFrom), after: 'to another region' },
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
        ? raised(act('exposure', 'grave', 'high', 'opened|open', 'an address of the function', 'T1098'), { facets: ['public'], after: 'to everybody' })
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
      textAt(activity.request, 'projectVisibility') === 'PUBLIC_READ' ? raised(act('exposure', 'grave', 'high', 'opened|open', 'the builds of', 'T1526'), { facets: ['public'], after: 'to everybody' }) : undefined,
  },
};
