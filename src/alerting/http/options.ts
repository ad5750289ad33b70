/** Options of every output that speaks HTTP. */
import { z } from 'zod';
import { concurrencyOption } from '../concurrency.ts';

/** How one exchange is made, whatever the protocol. */
export const exchangeOptions = {
  timeoutMs: z.int().min(1_000).max(60_000).default(15_000).describe('For the whole exchange, milliseconds.'),
  allowPrivate: z.boolean().default(false).describe('Reach addresses of this machine and of private networks too; link-local, where clouds keep credentials, never.'),
};

/** Spread into an output's `z.strictObject`. */
export const httpOptions = { ...exchangeOptions, ...concurrencyOption };

export interface HttpOptions {
  timeoutMs?: number | undefined;
  allowPrivate?: boolean | undefined;
}
