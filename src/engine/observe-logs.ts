/** Observations of log lines; what is rarely asked for (raw records, texts by kind) is made only then. */
import type { LogKind, LogMinute, LogRecord } from '#contract';
import type { Few } from './few.ts';
import type { KindInMinute } from './minutes.ts';
import type { RawShown } from './episode.ts';
import { minuteLengthMs } from './order.ts';

const severe = new Set(['FATAL', 'ERROR', 'CRITICAL', 'EMERGENCY', 'ALERT']);

function shown({ origin, raw }: LogRecord): RawShown {
  return { origin, raw };
}

class LogKindObservation implements LogKind {
  readonly kind = 'log-kind';
  readonly timeMs: number;
  readonly minuteMs: number;
  count: number;
  readonly templateId: string;
  readonly template: string;
  readonly severityText: string | undefined;
  readonly continuationLines = 0;
  readonly #row: LogRecord;

  constructor(row: LogRecord, minute: number) {
    this.timeMs = row.timeMs;
    this.minuteMs = minute * minuteLengthMs;
    this.count = row.count;
    this.templateId = row.templateId;
    this.template = row.template;
    this.severityText = row.severityText;
    this.#row = row;
  }

  get records(): RawShown[] {
    return [shown(this.#row)];
  }

  /** Whole, as a state keeps it. */
  toJSON(): LogKind {
    const { kind, timeMs, minuteMs, count, templateId, template, severityText, continuationLines, records } = this;
    return { kind, timeMs, minuteMs, count, templateId, template, severityText, continuationLines, records };
  }
}

export function logKind(row: LogRecord, minute: number): LogKind {
  return new LogKindObservation(row, minute);
}

class LogMinuteObservation implements LogMinute {
  readonly kind = 'log-minute';
  readonly timeMs: number;
  readonly minuteMs: number;
  readonly count = 1;
  readonly lines: number;
  readonly kinds: ReadonlyMap<string, number>;
  readonly errors: number;
  readonly #kinds: Few<KindInMinute> | undefined;

  constructor(kinds: Few<KindInMinute> | undefined, minute: number) {
    const counts = new Map<string, number>();
    let lines = 0;
    let errors = 0;
    kinds?.each(({ count, first }, id) => {
      counts.set(id, count);
      lines += count;
      if (first.severityText !== undefined && severe.has(first.severityText)) errors += count;
    });
    this.minuteMs = minute * minuteLengthMs;
    this.timeMs = this.minuteMs;
    this.lines = lines;
    this.kinds = counts;
    this.errors = errors;
    this.#kinds = kinds;
  }

  get templates(): ReadonlyMap<string, string> {
    const templates = new Map<string, string>();
    this.#kinds?.each(({ first }, id) => templates.set(id, first.template));
    return templates;
  }

  get records(): RawShown[] {
    let earliest: LogRecord | undefined;
    for (const { first } of this.#kinds?.values() ?? []) if (earliest === undefined || first.timeMs < earliest.timeMs) earliest = first;
    return earliest === undefined ? [] : [shown(earliest)];
  }
}

export function logMinute(kinds: Few<KindInMinute> | undefined, minute: number): LogMinute {
  return new LogMinuteObservation(kinds, minute);
}
