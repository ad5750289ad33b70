/** The sink `jira-service-management`: a notification creates, annotates or closes the alert of Operations whose alias is its key. */
import type { Notifier } from '#contract';
import { genie, type GenieDependencies } from '../opsgenie/protocol.ts';
import type { JiraServiceManagementOptions } from './options.ts';

/** One address for all sites and regions: the key tells the site. */
const standardEndpoint = 'https://api.atlassian.com';

/** Its integration API cannot rewrite an alert: news becomes a note. */
export function jiraServiceManagement({ endpoint = standardEndpoint, ...options }: JiraServiceManagementOptions, dependencies: GenieDependencies = {}): Notifier {
  return genie({ ...options, name: 'jira-service-management', base: `${endpoint.replace(/\/+$/, '')}/jsm/ops/integration/v2`, canRewrite: false }, dependencies);
}
