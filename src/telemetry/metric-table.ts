/** Every metric of our own: name, what it tells, labels. `docs/reference/metrics.md` is made of this table. */
import { setAsideReasons, severities, type GaugeName } from '#contract';

export interface MetricEntry {
  name: string;
  help: string;
  labels: readonly string[];
  /** Label values that stand there from the start, at zero, so that a first increase is seen as one. */
  known?: Readonly<Record<string, readonly string[]>>;
}

const fromCount = (name: string, help: string, labels: readonly string[] = [], known?: MetricEntry['known']): MetricEntry => ({
  name,
  help,
  labels,
  ...(known === undefined ? {} : { known }),
});

export const counterTable = {
  records: fromCount('fargazer_records_total', 'Records read from a source.', ['source']),
  readBytes: fromCount('fargazer_read_bytes_total', 'Bytes read from a source, as its carrier gave them.', ['source']),
  events: fromCount('fargazer_events_total', 'Events decoded from the records of a source.', ['source']),
  unreadable: fromCount('fargazer_unreadable_records_total', 'Records that could not be decoded.', ['source']),
  poison: fromCount('fargazer_poison_records_total', 'Records passed over because reading them failed in an unforeseen way.', ['source']),
  late: fromCount('fargazer_late_records_total', 'Records that arrived after their time was walked, by feed.', ['feed']),
  setAside: fromCount('fargazer_set_aside_records_total', 'Records that were not walked, by reason.', ['reason'], { reason: setAsideReasons }),
  laneFailures: fromCount('fargazer_lane_failures_total', 'Times that reading a lane began to fail.', ['source']),
  lanesLeftBehind: fromCount('fargazer_lanes_left_behind_total', 'Times that the walk went past a lane that failed for too long.', ['source']),
  throttles: fromCount('fargazer_throttles_total', 'Times that a source was asked to wait by its carrier.', ['source']),
  steps: fromCount('fargazer_steps_total', 'Steps of saving, by outcome.', ['outcome'], { outcome: ['saved', 'failed', 'lost'] }),
  stepFailures: fromCount('fargazer_step_failures_total', 'Steps that could not be saved and are tried again, by error code.', ['code']),
  bounds: fromCount('fargazer_bounds_reached_total', 'Times that a bound of memory or state was reached.', ['bound']),
  quarantines: fromCount('fargazer_quarantines_total', 'Times that a detector threw for an entity and was left out for it.', ['detector']),
  alerts: fromCount('fargazer_alerts_total', 'Alerts raised or updated, by severity.', ['severity'], { severity: severities }),
  deliveries: fromCount('fargazer_deliveries_total', 'Attempts to deliver an alert, by sink and outcome.', ['sink', 'outcome'], { outcome: ['delivered', 'retried', 'given-up'] }),
  logLinesDropped: fromCount('fargazer_log_lines_dropped_total', 'Lines of our own log that nobody took in time.'),
} as const satisfies Record<string, MetricEntry>;
export type CounterName = keyof typeof counterTable;

/** Bounds in seconds: a local commit takes milliseconds, one across a region under a second; ten is the time of a stop. */
const stepSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Bounds in bytes, each four times the one before: from a heartbeat to a state written anew. */
const stepBytes = [1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];

export const histogramTable = {
  stepSeconds: { ...fromCount('fargazer_step_seconds', 'Time to save a step.'), buckets: stepSeconds },
  stepBytes: { ...fromCount('fargazer_step_bytes', 'Bytes written by a step, compressed.'), buckets: stepBytes },
} as const satisfies Record<string, MetricEntry & { buckets: readonly number[] }>;
export type HistogramName = keyof typeof histogramTable;

/** `scale` makes base units of what is told: milliseconds to seconds. */
export const gaugeTable: Readonly<Record<GaugeName, MetricEntry & { scale?: number }>> = {
  'lane-behind': { ...fromCount('fargazer_lane_behind_seconds', 'How far reading a lane is behind the newest record of its carrier.', ['source', 'lane']), scale: 0.001 },
  lanes: fromCount('fargazer_lanes', 'Lanes of a source by state.', ['source', 'state']),
  'walk-behind': { ...fromCount('fargazer_walk_behind_seconds', 'How far the walk is behind the clock.'), scale: 0.001 },
  owners: fromCount('fargazer_owners', 'Owners of baselines in memory.'),
  instances: fromCount('fargazer_instances', 'Tasks and sessions in memory.'),
  'open-alerts': fromCount('fargazer_open_alerts', 'Alerts that fire now, by severity.', ['severity'], { severity: severities }),
  'pending-alerts': fromCount('fargazer_pending_alerts', 'Alerts that wait for a sink.', ['sink']),
  'dead-letters': fromCount('fargazer_dead_letters', 'Alerts that a sink refused for good and that are kept as dead letters.', ['sink']),
  'quarantined-detectors': fromCount('fargazer_quarantined_detectors', 'Pairs of detector and entity in quarantine.'),
  coverage: fromCount('fargazer_covered_services', 'Services by the state of what a feed tells of them.', ['feed', 'state']),
};
