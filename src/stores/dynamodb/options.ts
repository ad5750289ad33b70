/** Options of the store `dynamodb`, as a configuration names them. */
import { z } from 'zod';
import { bucketName, bucketPrefix, cacheBytes, patienceMs, regionName } from '../s3/options.ts';

/**
 * With its keys such a part is written for eight write units, which cost what one PUT of S3 does: 5 USD a million,
 * where a million write units cost 0.625 (us-east-1, on demand).
 */
export const defaultTablePartBytes = 8_000;

export const dynamodbStoreOptions = z.strictObject({
  table: z.string().regex(/^[a-zA-Z0-9_.-]{3,255}$/, 'the name of a table').describe('Table of the state: keys pk and sk (strings), time to live by expiresAt.'),
  region: regionName.optional().describe('Region of the table and the bucket; that of the environment where absent.'),
  endpoint: z.url({ protocol: /^https?$/ }).optional().describe('Another address of DynamoDB: a VPC endpoint, a local stand-in.'),
  bucket: bucketName.optional().describe('Bucket for large parts; where absent they are cut up and kept in the table.'),
  prefix: bucketPrefix.default('').describe('Folder in the bucket, with its slash at the end.'),
  tablePartBytes: z.int().min(0).max(350_000).default(defaultTablePartBytes).describe('Parts up to so many bytes are kept in the table, larger ones in the bucket.'),
  cacheBytes,
  patienceMs,
});

/** As people write them. */
export type DynamodbStoreOptions = z.input<typeof dynamodbStoreOptions>;
