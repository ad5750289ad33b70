/** The stream: whether it takes records, and a synthetic one put into it on demand. */
import { gzipSync } from 'node:zlib';
import { failedCall, type AwsSettings } from './aws.ts';
import { fail, ok, warn, type DoctorCheck } from './report.ts';

export async function lookAtStream(stream: string | undefined, aws: AwsSettings): Promise<DoctorCheck> {
  if (stream === undefined) return fail('stream', 'The stack has no stream.', 'Deploy the stack again.');
  const { DescribeStreamSummaryCommand, KinesisClient } = await import('@aws-sdk/client-kinesis');
  const client = new KinesisClient(aws);
  try {
    const { StreamDescriptionSummary: summary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: stream }));
    const { StreamStatus = 'unknown', OpenShardCount = 0, RetentionPeriodHours = 0, EncryptionType = 'NONE' } = summary ?? {};
    if (StreamStatus !== 'ACTIVE' && StreamStatus !== 'UPDATING') return fail('stream', `${stream} is ${StreamStatus.toLowerCase()} and takes no records.`, 'Wait where it is being created; else deploy the stack again.');
    if (EncryptionType !== 'KMS') return warn('stream', `${stream} is active, but telemetry lies in it unencrypted.`, 'Switch on encryption with KMS, as FargazerConsumer does.');
    return ok('stream', `${stream} is active: ${OpenShardCount} open shard${OpenShardCount === 1 ? '' : 's'}, kept for ${RetentionPeriodHours} h, encrypted.`);
  } catch (error) {
    return failedCall('stream', 'kinesis:DescribeStreamSummary', error);
  } finally {
    client.destroy();
  }
}

export interface SyntheticRecord {
  check: DoctorCheck;
  /** Where it was put, if it was. */
  put?: { shard: string; sequence: string };
}

/** A record as a subscription of CloudWatch Logs would send it, of a group that nobody has. */
export function syntheticRecord(nowMs: number): Buffer {
  const message = JSON.stringify({ fargazer: 'synthetic', sentBy: 'fargazer doctor', note: 'a test: nothing happened' });
  return gzipSync(
    JSON.stringify({
      messageType: 'DATA_MESSAGE',
      owner: '000000000000',
      logGroup: '/fargazer/doctor',
      logStream: 'synthetic',
      subscriptionFilters: ['fargazer-doctor'],
      logEvents: [{ id: `fargazer-doctor-${nowMs}`, timestamp: nowMs, message }],
    }),
  );
}

export async function sendRecord(stream: string, nowMs: number, aws: AwsSettings): Promise<SyntheticRecord> {
  const { KinesisClient, PutRecordCommand } = await import('@aws-sdk/client-kinesis');
  const client = new KinesisClient(aws);
  try {
    const { ShardId: shard = '', SequenceNumber: sequence = '' } = await client.send(new PutRecordCommand({ StreamName: stream, PartitionKey: `fargazer-doctor-${nowMs}`, Data: syntheticRecord(nowMs) }));
    return { check: ok('record in', `A record marked synthetic was put into ${shard}.`), put: { shard, sequence } };
  } catch (error) {
    return { check: failedCall('record in', 'kinesis:PutRecord', error) };
  } finally {
    client.destroy();
  }
}
