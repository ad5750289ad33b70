/** Options of every output that people read: their language and their clock. */
import { z } from 'zod';
import type { Reader } from './moment.ts';

/** An IANA name that this Node.js knows: `Asia/Tokyo`. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Spread into an output's `z.strictObject`. */
export const readerOptions = {
  locale: z.enum(['en', 'ja']).optional().describe('Language of the messages, en or ja; that of the configuration where absent.'),
  timeZone: z.string().refine(isTimeZone, 'is no time zone; use an IANA name such as Asia/Tokyo').optional().describe('Time zone of the readers, an IANA name such as Asia/Tokyo; that of the configuration where absent. UTC stands beside.'),
};

export interface ReaderOptions {
  locale?: Reader['locale'] | undefined;
  timeZone?: string | undefined;
}

/** The reader that such options describe, the defaults where they were not parsed by the schema. */
export function readerOf({ locale = 'en', timeZone = 'UTC' }: ReaderOptions): Reader {
  return { locale, timeZone };
}
