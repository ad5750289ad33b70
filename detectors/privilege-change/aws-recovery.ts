/** Acts that take away what would bring data back, or the data: keys, versions, backups, snapshots, deletion in bulk. */
import type { ApiActivity } from '#contract';
import { act, raised, type Act, type ActTable, type Gravity } from './act.ts';
import { hasField, textAt, textsUnder } from './request.ts';

const inhibit = 'T1490';
const destroy = 'T1485';

function gone(thing: string, gravity: Gravity = 'notable', severity: Act['severity'] = 'medium', verbs = 'deleted|delete', attack = inhibit): Act {
  return act('recovery', gravity, severity, verbs, thing, attack);
}

function versioning(activity: ApiActivity): Act | undefined {
  const { request } = activity;
  if (textsUnder(request, /^Status$/i).some((status) => status !== 'Enabled')) return raised(gone('the versions of the bucket', 'grave', 'high', 'switched off|switch off'), { facets: ['suspended'] });
  return textsUnder(request, /^MfaDelete$/i).includes('Disabled') ? gone('the guard on deleting from the bucket', 'grave', 'high', 'switched off|switch off') : undefined;
}

/** Encryption with a key that AWS does not keep locks the owner out once the key is withheld. */
function foreignKey(activity: ApiActivity): Act | undefined {
  if (!hasField(activity.request, /^x-amz-server-side-encryption-customer-algorithm$/i)) return undefined;
  return raised(gone('things in the bucket', 'grave', 'high', 'encrypted|encrypt', 'T1486'), { facets: ['customer key'], after: 'with a key of its own' });
}

function database(activity: ApiActivity): Act {
  const isFinal = textAt(activity.request, 'skipFinalSnapshot') === 'true';
  return isFinal ? raised(gone('the database', 'grave', 'high', 'deleted|delete', destroy), { facets: ['no snapshot'], after: 'without a last snapshot' }) : gone('the database', 'notable', 'medium', 'deleted|delete', destroy);
}

function guard(activity: ApiActivity): Act | undefined {
  const { request } = activity;
  if (textAt(request, 'deletionProtection') === 'false') return raised(gone('the guard on deleting the database', 'grave', 'medium', 'took away|take away'), { facets: ['no guard'] });
  return textAt(request, 'backupRetentionPeriod') === '0' ? raised(gone('the backups of the database', 'grave', 'high', 'switched off|switch off'), { facets: ['no backups'] }) : undefined;
}

const key = gone('the deletion of the key', 'grave', 'high', 'scheduled|schedule');

export const recoveryActs: ActTable = {
  's3.amazonaws.com': {
    PutBucketVersioning: versioning,
    PutObject: foreignKey,
    CopyObject: foreignKey,
    DeleteObjects: gone('many things from the bucket', 'grave', 'medium', 'deleted|delete', destroy),
    DeleteBucket: gone('the bucket', 'notable', 'medium', 'deleted|delete', destroy),
    PutObjectLockConfiguration: gone('the lock on the bucket', 'notable', 'medium', 'changed|change'),
  },
  'kms.amazonaws.com': {
    ScheduleKeyDeletion: key,
    DisableKey: gone('the key', 'grave', 'high', 'switched off|switch off'),
    DeleteImportedKeyMaterial: gone('the material of the key', 'grave', 'high'),
  },
  'backup.amazonaws.com': {
    DeleteBackupVault: gone('the backup vault', 'grave', 'high'),
    DeleteRecoveryPoint: gone('the backup', 'grave', 'high'),
    DeleteBackupPlan: gone('the plan of backups', 'grave', 'medium'),
    DeleteBackupSelection: gone('the selection of backups', 'grave', 'medium'),
    DeleteBackupVaultLockConfiguration: gone('the lock on the backup vault', 'grave', 'high'),
    UpdateRecoveryPointLifecycle: gone('how long the backup is kept', 'notable', 'medium', 'changed|change'),
  },
  'rds.amazonaws.com': {
    DeleteDBInstance: database,
    DeleteDBCluster: database,
    DeleteGlobalCluster: database,
    DeleteDBSnapshot: gone('the database snapshot'),
    DeleteDBClusterSnapshot: gone('the database snapshot'),
    DeleteDBClusterAutomatedBackup: gone('the backups of the database', 'grave', 'high'),
    ModifyDBInstance: guard,
    ModifyDBCluster: guard,
    DeleteDBInstanceAutomatedBackup: gone('the backups of the database', 'grave', 'high'),
  },
  'ec2.amazonaws.com': {
    DeleteSnapshot: gone('the snapshot'),
  },
  'dynamodb.amazonaws.com': {
    DeleteTable: gone('the table', 'notable', 'medium', 'deleted|delete', destroy),
    DeleteBackup: gone('the backup of the table', 'grave', 'high'),
    UpdateContinuousBackups: (activity) =>
      textsUnder(activity.request, /^pointInTimeRecoveryEnabled$/i).includes('false') ? gone('backups of the table', 'grave', 'high', 'switched off|switch off') : undefined,
  },
  'elasticfilesystem.amazonaws.com': {
    DeleteFileSystem: gone('the file system', 'notable', 'medium', 'deleted|delete', destroy),
  },
  'secretsmanager.amazonaws.com': {
    DeleteSecret: (activity) =>
      textAt(activity.request, 'forceDeleteWithoutRecovery') === 'true'
        ? raised(gone('the secret', 'notable', 'medium', 'deleted|delete', destroy), { facets: ['forced'], after: 'beyond recovery' })
        : gone('the secret', 'notable', 'low', 'deleted|delete', destroy),
  },
  'ecr.amazonaws.com': {
    DeleteRepository: gone('the image repository', 'notable', 'medium', 'deleted|delete', destroy),
    PutImage: act('execution', 'notable', 'low', 'pushed|push', 'an image to', 'T1525'),
  },
};
