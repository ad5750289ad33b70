/** What the engine is told: detectors with their options, lateness, the teaching, what is allowed. */
import type { AnySpec, Detector, Entity, Severity } from '#contract';
import { standardLateness, type Lateness } from './order.ts';
import { standardTape, type TapeSettings } from './tape-settings.ts';

export interface EnabledDetector {
  detector: Detector;
  /** Parsed by the detector's own schema. */
  options: unknown;
  /** Re-rated by the configuration. */
  severity?: Severity;
}

export type AllowanceKind = 'address' | 'domain' | 'principal' | 'program';

export interface Teaching {
  /** The first part of the input teaches and stays silent, milliseconds of event time. */
  forMs?: number;
  /** All of the input teaches. */
  only?: boolean;
}

export interface EngineSettings {
  detectors: EnabledDetector[];
  lateness: Lateness;
  teaching: Teaching;
  /** Event times before `fromMs` and from `toMs` on are not read. */
  fromMs?: number;
  toMs?: number;
  isAllowed: (entity: Entity, kind: AllowanceKind, value: string) => boolean;
  tape: TapeSettings;
  /** Collect charts and tables for a report. */
  records: boolean;
}

export function engineSettings(settings: Partial<EngineSettings> & Pick<EngineSettings, 'detectors'>): EngineSettings {
  return {
    lateness: standardLateness,
    teaching: {},
    isAllowed: () => false,
    tape: standardTape,
    records: false,
    ...settings,
  };
}

/** A baseline of a detector, as the engine keeps parts of it. */
export interface BaselineSlot {
  /** `detector.baseline`, the name of its parts. */
  id: string;
  name: string;
  spec: AnySpec<never>;
}

export function slotsOf(detector: Detector): BaselineSlot[] {
  return Object.entries(detector.baseline).map(([name, spec]) => ({
    id: `${detector.id}.${name}`,
    name,
    spec: spec as AnySpec<never>,
  }));
}
