/** The sink `opsgenie`: a notification creates, rewrites or closes the alert whose alias is its key. */
import type { Notifier } from '#contract';
import type { OpsgenieOptions } from './options.ts';
import { genie, type GenieDependencies } from './protocol.ts';

const endpoints = { us: 'https://api.opsgenie.com', eu: 'https://api.eu.opsgenie.com' };

/** Atlassian ends Opsgenie in April 2027; its successor is `jira-service-management`. */
export function opsgenie({ region = 'us', endpoint = endpoints[region], ...options }: OpsgenieOptions, dependencies: GenieDependencies = {}): Notifier {
  return genie({ ...options, name: 'opsgenie', base: `${endpoint.replace(/\/+$/, '')}/v2`, canRewrite: true }, dependencies);
}
