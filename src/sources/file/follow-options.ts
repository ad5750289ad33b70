/** Options of the source `file`, as a configuration names them. */
import { z } from 'zod';

export const followOptions = z.strictObject({
  path: z.string().min(1).max(4_096).describe('A file, a folder (the files in it) or a pattern (`/var/log/app/*.log`); followed through rotation by renaming, by copying and truncating, and by deletion.'),
  from: z.enum(['start', 'end']).optional().describe('Where files begin that are there when following begins for the first time: `start` (where absent) reads what they hold, `end` only what is added.'),
  pollMs: z.int().min(10).max(60_000).optional().describe('Time between two looks at a file, milliseconds; 500 where absent.'),
});

export type FollowOptions = z.infer<typeof followOptions>;
