/** The sink `ocsf`: an alert as an OCSF Detection Finding, a line of a file or an object in S3. */
import type { S3Client } from '@aws-sdk/client-s3';
import { SinkError, type Alert, type Sink } from '#contract';
import { awsFailure, type AwsPlace } from '../../aws/failure.ts';
import { clientSettings, type AwsDependencies } from '../../aws/settings.ts';
import { fittedAlert } from '../../fit-alert.ts';
import { safeJson } from '../../json.ts';
import { lineAppender } from '../../line-appender.ts';
import { detectionFinding } from './finding.ts';
import type { OcsfBucketOptions, OcsfOptions } from './options.ts';

/** No bound is published; lines over a megabyte are refused by many that read them. */
export const lineLimitBytes = 1_000_000;

export function ocsf(options: OcsfOptions, dependencies: AwsDependencies = {}): Sink {
  if ('bucket' in options) return toBucket(options, dependencies);
  const append = lineAppender(options.path, 'ocsf');
  return { name: 'ocsf', concurrency: 1, send: (alert) => line(alert).then(append) };
}

async function line(alert: Alert): Promise<string> {
  const text = fittedAlert(alert, lineLimitBytes, (fitting) => safeJson(detectionFinding(fitting)));
  if (text === undefined) throw new SinkError('too-large', 'The alert is over 1 MB even shortened; it was not written as an OCSF finding.', false);
  return text;
}

function toBucket(options: OcsfBucketOptions, dependencies: AwsDependencies): Sink {
  const { bucket, prefix = 'ocsf/', region } = options;
  const place: AwsPlace = { service: 'S3', target: `the bucket ${bucket}`, permission: 's3:PutObject' };
  let made: Promise<S3Client> | undefined;

  async function client(): Promise<S3Client> {
    const kit = await import('@aws-sdk/client-s3');
    // Stand-ins and endpoints in a VPC have no name for each bucket.
    return new kit.S3Client({ ...clientSettings(region, options, dependencies), forcePathStyle: options.endpoint !== undefined });
  }

  return {
    name: 'ocsf',
    async send(alert) {
      const body = `${await line(alert)}\n`;
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      made ??= client();
      try {
        await (await made).send(new PutObjectCommand({ Bucket: bucket, Key: objectKey(alert, prefix), Body: body, ContentType: 'application/x-ndjson', IfNoneMatch: '*' }));
      } catch (error) {
        // A repeat: it is there already.
        if (error instanceof Error && error.name === 'PreconditionFailed') return;
        throw awsFailure(error, place);
      }
    },
    async close() {
      (await made)?.destroy();
    },
  };
}

/** By day of the event, so that a query reads few; the same revision has the same key, so that a repeat changes nothing. */
export function objectKey({ id, revision, lastSeen }: Alert, prefix: string): string {
  return `${prefix}eventDay=${lastSeen.slice(0, 10).replaceAll('-', '')}/${id.replace(/[^\w-]/g, '_').slice(0, 128)}-${revision}.ndjson`;
}
