/** Options of the source `stdin`: there are none. */
import { z } from 'zod';

export const stdinOptions = z.strictObject({});
