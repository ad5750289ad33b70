/** Feeds: the kinds of telemetry, each with the lateness after which its records may be walked. */

export const feedNames = [
  'sensor',
  'series',
  'zeek',
  'log',
  'task-metadata',
  'firelens',
  'ecs-event',
  'container-insights',
  'resolver-log',
  'guardduty',
  'load-balancer',
  'flow-log',
  'cloudtrail',
  'kubernetes-audit',
] as const;

export type FeedName = (typeof feedNames)[number];

const second = 1_000;
const minute = 60 * second;

/**
 * Lateness of each feed in milliseconds: release = event time + lateness.
 * A flow's event time is its end. Load balancers deliver every 5 minutes.
 */
export const defaultLatenessMs: Readonly<Record<FeedName, number>> = {
  sensor: 0,
  series: 0,
  zeek: 0,
  log: 30 * second,
  'task-metadata': 15 * second,
  firelens: 30 * second,
  'ecs-event': 2 * minute,
  'container-insights': 3 * minute,
  'resolver-log': 3 * minute,
  guardduty: 6 * minute,
  'load-balancer': 12 * minute,
  'flow-log': 12 * minute,
  cloudtrail: 15 * minute,
  'kubernetes-audit': 15 * minute,
};
