/** Every output that a configuration can name, with its schema and its maker: sinks get every alert, notifiers what the alerting pipeline decided. */
import type { z } from 'zod';
import type { Notifier, Sink } from '#contract';
import { alertmanager } from '../alerting/sinks/alertmanager/index.ts';
import { alertmanagerOptions } from '../alerting/sinks/alertmanager/options.ts';
import { cloudWatchMetrics } from '../alerting/sinks/cloudwatch-metrics/index.ts';
import { cloudWatchMetricsOptions } from '../alerting/sinks/cloudwatch-metrics/options.ts';
import { discord } from '../alerting/sinks/discord/index.ts';
import { discordOptions } from '../alerting/sinks/discord/options.ts';
import { email } from '../alerting/sinks/email/index.ts';
import { emailOptions } from '../alerting/sinks/email/options.ts';
import { eventBridge } from '../alerting/sinks/eventbridge/index.ts';
import { eventBridgeOptions } from '../alerting/sinks/eventbridge/options.ts';
import { falcosidekick } from '../alerting/sinks/falcosidekick/index.ts';
import { falcosidekickOptions } from '../alerting/sinks/falcosidekick/options.ts';
import { googleChat } from '../alerting/sinks/google-chat/index.ts';
import { googleChatOptions } from '../alerting/sinks/google-chat/options.ts';
import { jiraServiceManagement } from '../alerting/sinks/jira-service-management/index.ts';
import { jiraServiceManagementOptions } from '../alerting/sinks/jira-service-management/options.ts';
import { mattermost } from '../alerting/sinks/mattermost/index.ts';
import { mattermostOptions } from '../alerting/sinks/mattermost/options.ts';
import { ntfy } from '../alerting/sinks/ntfy/index.ts';
import { ntfyOptions } from '../alerting/sinks/ntfy/options.ts';
import { ocsf } from '../alerting/sinks/ocsf/index.ts';
import { ocsfOptions } from '../alerting/sinks/ocsf/options.ts';
import { opsgenie } from '../alerting/sinks/opsgenie/index.ts';
import { opsgenieOptions } from '../alerting/sinks/opsgenie/options.ts';
import { pagerDuty } from '../alerting/sinks/pagerduty/index.ts';
import { pagerDutyOptions } from '../alerting/sinks/pagerduty/options.ts';
import { securityHub } from '../alerting/sinks/security-hub/index.ts';
import { securityHubOptions } from '../alerting/sinks/security-hub/options.ts';
import { slack } from '../alerting/sinks/slack/index.ts';
import { slackOptions } from '../alerting/sinks/slack/options.ts';
import { sns } from '../alerting/sinks/sns/index.ts';
import { snsOptions } from '../alerting/sinks/sns/options.ts';
import { splunkHec } from '../alerting/sinks/splunk-hec/index.ts';
import { splunkHecOptions } from '../alerting/sinks/splunk-hec/options.ts';
import { teams } from '../alerting/sinks/teams/index.ts';
import { teamsOptions } from '../alerting/sinks/teams/options.ts';
import { telegram } from '../alerting/sinks/telegram/index.ts';
import { telegramOptions } from '../alerting/sinks/telegram/options.ts';
import { webhook } from '../alerting/sinks/webhook/index.ts';
import { webhookOptions } from '../alerting/sinks/webhook/options.ts';

/** Writes to standard output. */
export type Write = (text: string) => void | Promise<void>;

export interface OutputKind<Made> {
  schema: z.ZodType;
  make: (options: never, write: Write) => Made;
}

const kindsOf = <Made>(entries: [name: string, schema: z.ZodType, make: (options: never, write: Write) => Made][]): ReadonlyMap<string, OutputKind<Made>> =>
  new Map(entries.map(([name, schema, make]) => [name, { schema, make }]));

/** For programs. */
export const machineSinks = kindsOf<Sink>([
  ['alertmanager', alertmanagerOptions, (options) => alertmanager(options)],
  ['cloudwatch-metrics', cloudWatchMetricsOptions, (options, write) => cloudWatchMetrics(write, options)],
  ['eventbridge', eventBridgeOptions, (options) => eventBridge(options)],
  ['falcosidekick', falcosidekickOptions, (options) => falcosidekick(options)],
  ['ocsf', ocsfOptions, (options) => ocsf(options)],
  ['security-hub', securityHubOptions, (options) => securityHub(options)],
  ['splunk-hec', splunkHecOptions, (options) => splunkHec(options)],
  ['webhook', webhookOptions, (options) => webhook(options)],
]);

/** For people. */
export const notifiers = kindsOf<Notifier>([
  ['discord', discordOptions, (options) => discord(options)],
  ['email', emailOptions, (options) => email(options)],
  ['google-chat', googleChatOptions, (options) => googleChat(options)],
  ['jira-service-management', jiraServiceManagementOptions, (options) => jiraServiceManagement(options)],
  ['mattermost', mattermostOptions, (options) => mattermost(options)],
  ['ntfy', ntfyOptions, (options) => ntfy(options)],
  ['opsgenie', opsgenieOptions, (options) => opsgenie(options)],
  ['pagerduty', pagerDutyOptions, (options) => pagerDuty(options)],
  ['slack', slackOptions, (options) => slack(options)],
  ['sns', snsOptions, (options) => sns(options)],
  ['teams', teamsOptions, (options) => teams(options)],
  ['telegram', telegramOptions, (options) => telegram(options)],
]);
