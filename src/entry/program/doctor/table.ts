/** The table: its keys, its expiry, its recovery. */
import { failedCall, type AwsSettings } from './aws.ts';
import { fail, ok, warn, type DoctorCheck } from './report.ts';

export async function lookAtTable(table: string | undefined, aws: AwsSettings): Promise<DoctorCheck[]> {
  if (table === undefined) return [fail('table', 'The stack has no table: baselines have no place.', 'Deploy the stack again.')];
  const { DescribeContinuousBackupsCommand, DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const client = new DynamoDBClient(aws);
  const name = { TableName: table };
  try {
    const checks = await Promise.all([
      client.send(new DescribeTableCommand(name)).then(
        ({ Table: described = {} }) => {
          const { TableStatus = 'unknown', KeySchema = [], SSEDescription } = described;
          if (TableStatus !== 'ACTIVE' && TableStatus !== 'UPDATING') return fail('table', `${table} is ${TableStatus.toLowerCase()}.`, 'Wait where it is being created; else restore it from its last point in time.');
          const keys = KeySchema.map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName}`).join(', ');
          if (keys !== 'HASH pk, RANGE sk') return fail('table', `${table} has other keys (${keys}) than fargazer's pk and sk.`, 'Name the table that FargazerConsumer made.');
          if (SSEDescription?.SSEType !== 'KMS') return warn('table', `${table} is active, but not encrypted with a key of this account.`, 'Encrypt it with the key of the stack.');
          return ok('table', `${table} is active and encrypted.`);
        },
        (error: unknown) => failedCall('table', 'dynamodb:DescribeTable', error),
      ),
      client.send(new DescribeTimeToLiveCommand(name)).then(
        ({ TimeToLiveDescription: { TimeToLiveStatus = 'DISABLED', AttributeName = '' } = {} }) =>
          TimeToLiveStatus.startsWith('ENABL') && AttributeName === 'expiresAt'
            ? ok('expiry', 'Rounds that were closed expire by themselves.')
            : warn('expiry', `Expiry by expiresAt is off (${TimeToLiveStatus.toLowerCase()}${AttributeName === '' ? '' : `, ${AttributeName}`}): old rounds pile up.`, 'Switch on time to live with the attribute expiresAt.'),
        (error: unknown) => failedCall('expiry', 'dynamodb:DescribeTimeToLive', error),
      ),
      client.send(new DescribeContinuousBackupsCommand(name)).then(
        ({ ContinuousBackupsDescription: described }) =>
          described?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED'
            ? ok('recovery', 'The table can be restored to any second of its recovery window.')
            : warn('recovery', 'Point-in-time recovery is off: baselines that somebody deletes are learned anew.', 'Switch on point-in-time recovery.'),
        (error: unknown) => failedCall('recovery', 'dynamodb:DescribeContinuousBackups', error),
      ),
    ]);
    return checks;
  } finally {
    client.destroy();
  }
}
