/** Our own log: one JSON line for each thing that happened, made of the fields its entry names and of nothing else. */
import { pino, type DestinationStream } from 'pino';
import type { Clock } from '#contract';
import type { Level, PlainEntry } from './happening-table.ts';

/** A field of a log line; anything else that was told is left out. */
type Fields = Readonly<Record<string, string | number>>;

export interface Log {
  write(name: string, entry: PlainEntry, fields: Fields): void;
}

/** Keys of lines that are told at most so often; beyond it the oldest are forgotten. */
const mostQuieted = 1_000;

export function makeLog(clock: Clock, level: Level, destination: DestinationStream): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      // Pino's own times come from another clock than ours.
      timestamp: () => `,"time":"${instant(clock.now())}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const quieted = new Map<string, { untilMs: number; leftOut: number }>();

  /** How many lines were left out before this one, or undefined where it is left out itself. */
  function turn(name: string, everyMs: number, fields: Fields): number | undefined {
    const key = `${name}/${fields['source'] ?? fields['sink'] ?? fields['detector'] ?? fields['feed'] ?? fields['reason'] ?? ''}`;
    const nowMs = clock.now();
    const known = quieted.get(key);
    // A clock that was set back must not silence a line for longer than the line's own time.
    if (known !== undefined && nowMs < known.untilMs && known.untilMs - nowMs <= everyMs) {
      known.leftOut += 1;
      return undefined;
    }
    quieted.delete(key);
    quieted.set(key, { untilMs: nowMs + everyMs, leftOut: 0 });
    const oldest = quieted.keys().next();
    if (quieted.size > mostQuieted && oldest.done !== true) quieted.delete(oldest.value);
    return known?.leftOut ?? 0;
  }

  return {
    write(name, { level: loudness, says, everyMs }, fields) {
      if (!logger.isLevelEnabled(loudness)) return;
      const leftOut = everyMs === undefined ? 0 : turn(name, everyMs, fields);
      if (leftOut === undefined) return;
      const message = says.replace(/\{(\w+)\}/g, (_, field: string) => String(fields[field] ?? 'unknown'));
      logger[loudness]({ event: name, ...fields, ...(leftOut > 0 ? { leftOut } : {}) }, message);
    },
  };
}

function instant(nowMs: number): string {
  const at = new Date(nowMs);
  return Number.isNaN(at.getTime()) ? 'unknown' : at.toISOString();
}
