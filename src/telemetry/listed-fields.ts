/** What of a happening is logged and counted: the fields that its entry names, and nothing else. */
import { plainName } from './bounded-values.ts';

/** The fields that the entry names, as plain numbers and short printable names. */
export function listedFields(entry: { fields: readonly string[] }, told: Readonly<Record<string, unknown>>): Record<string, string | number> {
  const listed: Record<string, string | number> = {};
  for (const field of entry.fields) {
    const value = Object.hasOwn(told, field) ? told[field] : undefined;
    if (typeof value === 'number') listed[field] = Number.isFinite(value) ? value : -1;
    else if (typeof value === 'string') listed[field] = field === 'code' ? plainCode(value) : plainName(value);
  }
  return listed;
}

/** Codes are words out of the code or the name of an error; a sentence in their place may hold anything, and is not shown. */
function plainCode(code: string): string {
  return /^[\w.:-]{1,64}$/.test(code) ? code : 'unknown';
}
