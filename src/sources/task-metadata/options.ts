/** Options of the source `task-metadata`, as a configuration names them. */
import { z } from 'zod';

export const taskMetadataOptions = z.strictObject({
  endpoint: z
    .string()
    .max(2_048)
    .regex(/^http:\/\/[^\s?#]+$/, 'the value of ECS_CONTAINER_METADATA_URI_V4, as http://169.254.170.2/v4/…')
    .describe('Task metadata endpoint, version 4: the value of `ECS_CONTAINER_METADATA_URI_V4`.'),
  statsMs: z.int().min(1_000).max(300_000).default(10_000).describe('Time between two answers of `/task/stats`, milliseconds; longer by itself where the endpoint throttles.'),
  taskMs: z.int().min(1_000).max(3_600_000).default(60_000).describe('Time between two answers of `/task`, milliseconds; at the start, and while not all containers run, it is asked more often.'),
  timeoutMs: z.int().min(100).max(30_000).default(2_000).describe('An answer that takes longer is given up, milliseconds.'),
});

/** As parsed: what `taskMetadata` is given. */
export type TaskMetadataOptions = z.output<typeof taskMetadataOptions>;
