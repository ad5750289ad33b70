/** How many alerts or messages are on their way to one output at once. */
import { z } from 'zod';
import { standardConcurrency } from './dispatch/attempt.ts';

/** Spread into an output's `z.strictObject`; who makes outputs of a configuration gives it on. */
export const concurrencyOption = {
  concurrency: z.int().min(1).max(16).default(standardConcurrency).describe('Sent at once at most. Those of one incident are always sent one after another; with 1 all are.'),
};
