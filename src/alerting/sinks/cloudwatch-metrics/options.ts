/** Options of the sink `cloudwatch-metrics`, as a configuration names them. */
import { z } from 'zod';

export const cloudWatchMetricsOptions = z.strictObject({
  // The specification: 1 to 256 characters. AWS keeps names that begin with AWS/ to itself.
  namespace: z.string().regex(/^(?!AWS\/)[A-Za-z0-9._/#:-]{1,256}$/, 'expected up to 256 letters, digits and ._/#:- ; names that begin with AWS/ are those of AWS').default('Fargazer').describe('CloudWatch namespace of the metrics.'),
  byEntity: z.boolean().default(false).describe('Metrics for each cluster and service too. Every service then is a metric that AWS charges for, and who can start services can make such.'),
});

export type CloudWatchMetricsOptions = z.input<typeof cloudWatchMetricsOptions>;
