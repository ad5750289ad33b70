/** Settings that the clients of all AWS outputs share, as plain values: the kits themselves are imported where they are spoken. */
import { z } from 'zod';

export interface AwsDependencies {
  /** For tests and for roles that only this output needs; where absent, the chain of the SDK. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/** A call takes a tenth of a second; a sixth of the time of a Lambda's minute is enough to wait. */
const standardTimeoutMs = 10_000;

/** The name of a region, `eu-west-1`. */
export const regionName = z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'expected the name of a region, such as eu-west-1');

/** Spread into the `z.strictObject` of an output. */
export const awsOptions = {
  endpoint: z.url({ protocol: /^https?$/ }).optional().describe('Another endpoint than that of the region: a VPC endpoint, a stand-in for tests.'),
  timeoutMs: z.int().min(1_000).max(60_000).optional().describe('For the whole exchange, milliseconds; 10,000 where absent.'),
};

export interface AwsClientSettings {
  region: string;
  endpoint?: string;
  credentials?: AwsDependencies['credentials'];
  maxAttempts: number;
  requestHandler: { requestTimeout: number; connectionTimeout: number; throwOnRequestTimeout: boolean };
}

export function clientSettings(region: string, { endpoint, timeoutMs = standardTimeoutMs }: { endpoint?: string; timeoutMs?: number }, { credentials }: AwsDependencies): AwsClientSettings {
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    // Who delivers knows when to try again, and must know of each failure.
    maxAttempts: 1,
    requestHandler: { requestTimeout: timeoutMs, connectionTimeout: Math.min(timeoutMs, 5_000), throwOnRequestTimeout: true },
  };
}

/** `aws`, `aws-cn` or `aws-us-gov`, by the region's name. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
