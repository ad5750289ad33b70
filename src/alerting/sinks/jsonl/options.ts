/** Options of the sink `jsonl`, as a configuration names them. */
import { z } from 'zod';

export const jsonlOptions = z.strictObject({
  file: z.string().min(1).max(4_096).optional().describe('File that alerts are appended to, made where it does not exist; standard output where absent.'),
});
