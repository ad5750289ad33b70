/** Sections whose keys are the names of plugins. */
import { z } from 'zod';

/** An object with one optional key per entry, and no others. */
export function optionalKeys(entries: Iterable<readonly [string, z.ZodType]>): z.ZodObject {
  return z.strictObject(Object.fromEntries([...entries].map(([key, schema]) => [key, schema.optional()])));
}
