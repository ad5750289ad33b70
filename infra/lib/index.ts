/** What a CDK app imports. */
export { flowLogFields, flowLogFormat } from './flow-log-format.ts';
export type { AlarmProps } from './alarms.ts';
export { FargazerConsumer, type BatchProps, type FargazerConsumerProps } from './consumer.ts';
export type { EventRouteProps } from './event-routes.ts';
export type { FlowLogProps } from './flow-logs.ts';
export { Foundation, type Capacity, type FoundationProps, type ReadBucket } from './foundation.ts';
export type { ResolverLogProps } from './resolver-logs.ts';
export { TelemetryRoutes, type TelemetryRoutesProps } from './routes.ts';
export { FargazerService, type FargazerServiceProps } from './service.ts';
export { FargazerSidecar, type DetectProps, type FargazerSidecarProps, type ShipProps } from './sidecar.ts';
export type { Baselines } from './sidecar-permissions.ts';
