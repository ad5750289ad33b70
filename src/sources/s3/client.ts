/** The client of S3, made where it is first needed. */
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';

export async function openS3(region: string | undefined, aws: S3ClientConfig): Promise<S3Client> {
  const { S3Client: Client } = await import('@aws-sdk/client-s3');
  return new Client({
    // Failures are waited out by the source, where the clock and the user can see it.
    maxAttempts: 1,
    // The bucket may lie in another region than the one that the environment names.
    followRegionRedirects: true,
    ...(region === undefined ? {} : { region }),
    ...aws,
  });
}
