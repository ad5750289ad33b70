/** Options of the sink `ocsf`, as a configuration names them. */
import { z } from 'zod';
import { awsOptions, regionName } from '../../aws/settings.ts';
import { concurrencyOption } from '../../concurrency.ts';

const file = z.strictObject({
  path: z.string().min(1).describe('File that findings are appended to, one a line; made where it does not exist.'),
});

const bucket = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket').describe('S3 bucket that gets one object a finding.'),
  prefix: z.string().regex(/^[\w!.*'()/-]{0,200}$/, "expected up to 200 letters, digits and _!.*'()/-").default('ocsf/').describe('What keys begin with.'),
  region: regionName.describe('Region of the bucket.'),
  ...awsOptions,
  ...concurrencyOption,
});

export const ocsfOptions = z.union([file, bucket]);

export type OcsfOptions = z.input<typeof ocsfOptions>;
export type OcsfBucketOptions = z.input<typeof bucket>;
