/** Options of the store `s3`, as a configuration names them. */
import { z } from 'zod';

export const bucketName = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket');
export const bucketPrefix = z.string().regex(/^(?:[A-Za-z0-9_=-][A-Za-z0-9._=-]{0,60}\/){0,4}$/, 'nothing, or folders that end in a slash such as fargazer/');
export const regionName = z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a region such as eu-central-1');

export const patienceMs = z.int().min(0).max(600_000).default(30_000).describe('Throttling and failing connections are waited out for so long at each call, milliseconds.');

/** A sixteenth of the smallest task of Fargate, and enough for the packs of some thousand tasks. */
export const cacheBytes = z.int().min(0).max(4_294_967_296).default(33_554_432).describe('Bytes of the state kept in memory, so that they are read once.');

export const s3StoreOptions = z.strictObject({
  bucket: bucketName.describe('Bucket of the state.'),
  prefix: bucketPrefix.default('').describe('Folder in the bucket, with its slash at the end; the whole bucket where empty.'),
  region: regionName.optional().describe('Region of the bucket; that of the environment where absent.'),
  endpoint: z.url({ protocol: /^https?$/ }).optional().describe('Another address of S3: a VPC endpoint, a local stand-in. Buckets are then named in the path.'),
  cacheBytes,
  patienceMs,
});

/** As people write them. */
export type S3StoreOptions = z.input<typeof s3StoreOptions>;
