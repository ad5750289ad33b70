/** Options of the receivers `forward` and `http`, as a configuration names them. */
import { z } from 'zod';

/** Ten Fluent Bit chunks' worth of a busy task, and small beside what the process may hold. */
export const defaultQueueBytes = 4_194_304;

const queueBytes = z.int().min(65_536).max(268_435_456).default(defaultQueueBytes).describe('Bytes of lines that may wait to be judged. Beyond them a sample is kept and the rest counted; the log router never waits.');
const allowRemote = z.boolean().default(false).describe('Listen on addresses beyond loopback: whoever reaches them may write logs in your name.');

export const forwardOptions = z
  .strictObject({
    address: z.string().min(1).max(255).default('127.0.0.1:24225').describe('Where to listen: `127.0.0.1:24225`, `[::1]:24225` or `unix:/run/fargazer.sock`.'),
    sharedKey: z.string().min(1).max(1_024).optional().describe('Shared key that the log router must prove to know (`Shared_Key` of Fluent Bit).'),
    users: z
      .array(z.strictObject({ name: z.string().min(1).max(256), password: z.string().min(1).max(1_024) }))
      .max(64)
      .optional()
      .describe('Users of whom the log router must be one; only beside a shared key.'),
    allowRemote,
    queueBytes,
  })
  .refine(({ sharedKey, users }) => users === undefined || users.length === 0 || sharedKey !== undefined, { path: ['users'], message: 'users need a sharedKey: the protocol tells them in the same handshake' });

/** As parsed: what `forward` is given. */
export type ForwardOptions = z.output<typeof forwardOptions>;

export const httpReceiverOptions = z.strictObject({
  address: z.string().min(1).max(255).default('127.0.0.1:24280').describe('Where to listen: `127.0.0.1:24280` or `[::1]:24280`.'),
  allowRemote,
  queueBytes,
});

/** As parsed: what `httpReceiver` is given. */
export type HttpReceiverOptions = z.output<typeof httpReceiverOptions>;
