/** What happens, for a process that is to stay small: warnings and errors as lines of JSON on standard error; no metrics. */
import type { HappeningName, Reporter } from '#contract';
import { entryOf } from '../../../telemetry/happening-table.ts';
import { listedFields } from '../../../telemetry/listed-fields.ts';

/** Of one kind it is told so often. */
const everyMs = 60_000;

export function plainReporter(write: (text: string) => void, now: () => number): Reporter {
  const toldMs = new Map<HappeningName, number>();
  return {
    happened(name, told) {
      const entry = entryOf(name);
      const { level, says } = entry;
      if (level !== 'warn' && level !== 'error') return;
      const nowMs = now();
      if (nowMs - (toldMs.get(name) ?? -Infinity) < everyMs) return;
      toldMs.set(name, nowMs);
      const fields = listedFields(entry, told as Readonly<Record<string, unknown>>);
      const message = says.replace(/\{(\w+)\}/g, (_, field: string) => String(fields[field] ?? ''));
      write(`${JSON.stringify({ level, time: new Date(nowMs).toISOString(), event: name, ...fields, message })}\n`);
    },
    stands: () => undefined,
  };
}
