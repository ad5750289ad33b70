/** Phrases that detectors share: names shortened to what tells them apart, counts with their noun. */
import { grouped } from '#contract';

/** Longer names are cut in the middle of a sentence; the record shows them whole. */
const nameLimit = 60;

/** What tells a thing apart: the end of an ARN or a path, without signs that a terminal or a page would act on. */
export function shortName(name: string): string {
  const end = name.startsWith('arn:') ? name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf(':')) + 1) : name;
  // oxlint-disable-next-line no-control-regex
  const clean = end.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069`]/g, '');
  return clean.length <= nameLimit ? clean : `${clean.slice(0, nameLimit - 1)}…`;
}

/** `1 day`, `1,402 calls`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** A time span as people say it: `40 s`, `12 min`, `3 h`, `5 days`. */
export function spanned(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : counted(Math.round(hours / 24), 'day');
}

const byteUnits = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** Bytes with three significant digits and their SI unit: `41 MB`, `3.12 kB`, `52 bytes`. */
export function sized(bytes: number): string {
  let size = Math.max(0, bytes);
  let unit = 0;
  // From 999.5 on three digits would say 1,000 of the smaller unit.
  while (size >= 999.5 && unit < byteUnits.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(size) : Number(size.toPrecision(3))} ${unit === 0 && Math.round(size) === 1 ? 'byte' : byteUnits[unit]!}`;
}
