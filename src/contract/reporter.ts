/** Reporters: whoever does something tells what happened, and knows neither logs nor metrics. */
import type { Severity } from './detector.ts';

/** Why a record was not walked. */
export const setAsideReasons = ['future', 'past', 'older-than-state', 'outside-span', 'already-read'] as const;
export type SetAsideReason = (typeof setAsideReasons)[number];

/**
 * Everything that can happen, with the fields it is told with: names out of the configuration or the code, numbers and
 * codes. Never an entity's name, a line, an address or a secret: what is told here is logged.
 */
export interface Happenings {
  started: { version: string; sources: number; detectors: number; sinks: number };
  ready: { tookMs: number };
  stopping: { signal: string };
  stopped: { tookMs: number };
  failed: { code: string };
  'http-listening': { host: string; port: number };

  'batch-read': { source: string; lane: string; records: number; bytes: number };
  decoded: { source: string; events: number; unreadable: number };
  late: { feed: string; records: number };
  'set-aside': { reason: SetAsideReason; records: number };
  'poison-record': { source: string; lane: string; code: string };
  'lane-begun': { source: string; lane: string };
  'lane-failing': { source: string; lane: string; code: string };
  'lane-recovered': { source: string; lane: string; afterMs: number };
  'lane-ended': { source: string; lane: string; children: number };
  /** A failing lane held the walk up for as long as it may. */
  'lane-left-behind': { source: string; lane: string; heldMs: number };
  'throttled': { source: string; waitMs: number };
  'clock-jumped': { byMs: number };

  'step-saved': { tookMs: number; bytes: number; parts: number };
  'step-failed': { code: string; waitMs: number };
  /** Another writer was first: what it saved is read, and the step done anew. */
  'step-lost': { attempt: number };
  'parts-swept': { parts: number };
  'bound-reached': { bound: string; count: number };
  'detector-quarantined': { detector: string; code: string };
  'coverage-changed': { feed: string; state: string; services: number };

  'alert-raised': { detector: string; severity: Severity; id: string; revision: number };
  delivered: { sink: string; alerts: number };
  'delivery-failed': { sink: string; code: string; waitMs: number };
  'delivery-given-up': { sink: string; code: string; id: string; revision: number };
  /** Another process delivers to the same sink: alerts may have been sent twice. */
  'delivery-shared': { sink: string };
  'delivery-recovered': { sink: string };
  'delivery-unsaved': { sink: string; code: string };
}
export type HappeningName = keyof Happenings;

/** What holds at a time, told as a whole each time; times in milliseconds. */
export interface Gauges {
  'lane-behind': { source: string; lane: string };
  lanes: { source: string; state: 'reading' | 'waiting' | 'failing' | 'ended' };
  'walk-behind': object;
  owners: object;
  instances: object;
  'open-alerts': { severity: Severity };
  'pending-alerts': { sink: string };
  'dead-letters': { sink: string };
  'quarantined-detectors': object;
  coverage: { feed: string; state: string };
}
export type GaugeName = keyof Gauges;

export interface Reporter {
  /** Something happened. Never throws, never waits. */
  happened<Name extends HappeningName>(name: Name, fields: Happenings[Name]): void;
  /** How things stand: all rows of one gauge, in place of those told before. */
  stands<Name extends GaugeName>(name: Name, rows: readonly (Gauges[Name] & { value: number })[]): void;
}

/** Tells nobody: for replays and tests. */
export const silentReporter: Reporter = { happened: () => undefined, stands: () => undefined };
