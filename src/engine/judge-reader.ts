/** Detectors as the engine asks them: their baselines by slot, their counts, the names of their traces. */
import type { BaselineView } from '#contract';
import { slotsOf, type BaselineSlot, type EnabledDetector } from './settings.ts';

/** A detector as it is asked. */
export interface Reader extends EnabledDetector {
  slots: BaselineSlot[];
  /** One of its baselines asks for the trace: its `of` takes two arguments. */
  learnsFromTrace: boolean;
  counts: DetectorCounts;
  /** Names of its traces by part, made once. */
  traceKeys: Map<string, string>;
  /** Its views of what is judged now, filled anew for each observation. */
  views: Record<string, BaselineView>;
}

export interface DetectorCounts {
  judged: number;
  abstained: number;
  quarantined: Set<string>;
}

/** Names of traces a detector keeps ready. */
const traceKeyLimit = 4_096;

export function readerOf(enabled: EnabledDetector): Reader {
  const slots = slotsOf(enabled.detector);
  return {
    ...enabled,
    slots,
    learnsFromTrace: slots.some(({ spec }) => spec.of.length > 1),
    counts: { judged: 0, abstained: 0, quarantined: new Set() },
    traceKeys: new Map(),
    views: {},
  };
}

/** The name of a trace of a detector, made once. */
export function traceKey(reader: Reader, part: string): string {
  if (part === '') return reader.detector.id;
  let key = reader.traceKeys.get(part);
  if (key === undefined) {
    if (reader.traceKeys.size >= traceKeyLimit) reader.traceKeys.clear();
    key = `${reader.detector.id}\u0001${part}`;
    reader.traceKeys.set(part, key);
  }
  return key;
}
