/** Plugins of a small imaginary build, for tests of the configuration. */
import { z } from 'zod';
import { FargazerError, type ErrorCode } from '../../src/contract/index.ts';
import { loadConfig, type Plugins } from '../../src/config/index.ts';

export const plugins: Plugins = {
  detectors: new Map<string, z.ZodType>([
    ['egress-volume', z.strictObject({ floorBytes: z.number().min(0).default(1_048_576).describe('Floor.') })],
    ['log-novelty', z.strictObject({})],
  ]),
  sinks: new Map<string, z.ZodType>([['webhook', z.strictObject({ url: z.url(), secret: z.string().min(8) })]]),
  sources: new Map<string, z.ZodType>([
    ['kinesis', z.strictObject({ stream: z.string().min(1).describe('Name or ARN.') })],
    ['file', z.strictObject({ path: z.string().min(1) })],
    ['stdin', z.strictObject({})],
  ]),
  stores: new Map<string, z.ZodType>([
    ['memory', z.strictObject({})],
    ['embedded', z.strictObject({ folder: z.string().min(1) })],
  ]),
};

/** The code and sentence with which a text is refused. */
export function refusal(text: string): { code: ErrorCode; message: string } {
  try {
    loadConfig(text, 'fargazer.yaml', plugins);
  } catch (error) {
    if (error instanceof FargazerError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('the configuration was accepted');
}
