/** Every output that a configuration can name, with its schema and its maker: sinks get every alert, notifiers what the alerting pipeline decided. */
import { z } from 'zod';
import type { Notifier, Sink } from '#contract';
import { console as consoleSink } from '../alerting/sinks/console/index.ts';
import { jsonl, jsonlFile } from '../alerting/sinks/jsonl/index.ts';
import { jsonlOptions } from '../alerting/sinks/jsonl/options.ts';
import { alertmanagerOptions } from '../alerting/sinks/alertmanager/options.ts';
import { cloudWatchMetricsOptions } from '../alerting/sinks/cloudwatch-metrics/options.ts';
import { discordOptions } from '../alerting/sinks/discord/options.ts';
import { emailOptions } from '../alerting/sinks/email/options.ts';
import { eventBridgeOptions } from '../alerting/sinks/eventbridge/options.ts';
import { falcosidekickOptions } from '../alerting/sinks/falcosidekick/options.ts';
import { googleChatOptions } from '../alerting/sinks/google-chat/options.ts';
import { jiraServiceManagementOptions } from '../alerting/sinks/jira-service-management/options.ts';
import { mattermostOptions } from '../alerting/sinks/mattermost/options.ts';
import { ntfyOptions } from '../alerting/sinks/ntfy/options.ts';
import { ocsfOptions } from '../alerting/sinks/ocsf/options.ts';
import { opsgenieOptions } from '../alerting/sinks/opsgenie/options.ts';
import { pagerDutyOptions } from '../alerting/sinks/pagerduty/options.ts';
import { securityHubOptions } from '../alerting/sinks/security-hub/options.ts';
import { slackOptions } from '../alerting/sinks/slack/options.ts';
import { snsOptions } from '../alerting/sinks/sns/options.ts';
import { splunkHecOptions } from '../alerting/sinks/splunk-hec/options.ts';
import { teamsOptions } from '../alerting/sinks/teams/options.ts';
import { telegramOptions } from '../alerting/sinks/telegram/options.ts';
import { webhookOptions } from '../alerting/sinks/webhook/options.ts';
import type { Config } from '../config/index.ts';
import type { Output } from './cli/program.ts';

/** Writes to standard output. */
export type Write = (text: string) => void | Promise<void>;

export interface OutputKind<Made> {
  schema: z.ZodType;
  /** Loads the code that speaks to it, so that outputs which nobody named cost nothing. Throws as its maker does. */
  make: (options: never, write: Write) => Promise<Made>;
}

const kindsOf = <Made extends Sink | Notifier>(entries: [name: string, schema: z.ZodType, make: (options: never, write: Write) => Promise<Made>][]): ReadonlyMap<string, OutputKind<Made>> =>
  new Map(entries.map(([name, schema, make]) => [name, { schema, make: async (options, write) => atOnce(await make(options, write), options) }]));

/** How much is sent at once is nothing that an output has to do for itself; what writes in order has no such option, and says 1. */
function atOnce<Made extends Sink | Notifier>(made: Made, { concurrency }: { concurrency?: number }): Made {
  return concurrency === undefined ? made : { ...made, concurrency };
}

/** For programs. */
export const machineSinks = kindsOf<Sink>([
  ['alertmanager', alertmanagerOptions, async (options) => (await import('../alerting/sinks/alertmanager/index.ts')).alertmanager(options)],
  ['cloudwatch-metrics', cloudWatchMetricsOptions, async (options, write) => (await import('../alerting/sinks/cloudwatch-metrics/index.ts')).cloudWatchMetrics(write, options)],
  ['eventbridge', eventBridgeOptions, async (options) => (await import('../alerting/sinks/eventbridge/index.ts')).eventBridge(options)],
  ['falcosidekick', falcosidekickOptions, async (options) => (await import('../alerting/sinks/falcosidekick/index.ts')).falcosidekick(options)],
  ['ocsf', ocsfOptions, async (options) => (await import('../alerting/sinks/ocsf/index.ts')).ocsf(options)],
  ['security-hub', securityHubOptions, async (options) => (await import('../alerting/sinks/security-hub/index.ts')).securityHub(options)],
  ['splunk-hec', splunkHecOptions, async (options) => (await import('../alerting/sinks/splunk-hec/index.ts')).splunkHec(options)],
  ['webhook', webhookOptions, async (options) => (await import('../alerting/sinks/webhook/index.ts')).webhook(options)],
]);

/** For people. */
export const notifiers = kindsOf<Notifier>([
  ['discord', discordOptions, async (options) => (await import('../alerting/sinks/discord/index.ts')).discord(options)],
  ['email', emailOptions, async (options) => (await import('../alerting/sinks/email/index.ts')).email(options)],
  ['google-chat', googleChatOptions, async (options) => (await import('../alerting/sinks/google-chat/index.ts')).googleChat(options)],
  ['jira-service-management', jiraServiceManagementOptions, async (options) => (await import('../alerting/sinks/jira-service-management/index.ts')).jiraServiceManagement(options)],
  ['mattermost', mattermostOptions, async (options) => (await import('../alerting/sinks/mattermost/index.ts')).mattermost(options)],
  ['ntfy', ntfyOptions, async (options) => (await import('../alerting/sinks/ntfy/index.ts')).ntfy(options)],
  ['opsgenie', opsgenieOptions, async (options) => (await import('../alerting/sinks/opsgenie/index.ts')).opsgenie(options)],
  ['pagerduty', pagerDutyOptions, async (options) => (await import('../alerting/sinks/pagerduty/index.ts')).pagerDuty(options)],
  ['slack', slackOptions, async (options) => (await import('../alerting/sinks/slack/index.ts')).slack(options)],
  ['sns', snsOptions, async (options) => (await import('../alerting/sinks/sns/index.ts')).sns(options)],
  ['teams', teamsOptions, async (options) => (await import('../alerting/sinks/teams/index.ts')).teams(options)],
  ['telegram', telegramOptions, async (options) => (await import('../alerting/sinks/telegram/index.ts')).telegram(options)],
]);

interface PrintedKind {
  schema: z.ZodType;
  make: (options: never, output: Output) => Sink;
}

/** On standard output, or in a file. */
export const printedSinks: ReadonlyMap<string, PrintedKind> = new Map<string, PrintedKind>([
  ['console', { schema: z.strictObject({}), make: (_options, { write, columns, hasColour, timeZone }) => consoleSink(write, { columns, color: hasColour, timeZone }) }],
  ['jsonl', { schema: jsonlOptions, make: ({ file }: z.infer<typeof jsonlOptions>, { write }) => (file === undefined ? jsonl(write) : jsonlFile(file)) }],
]);

/** Outputs of a configuration; alerts go to standard output where it names none, as rows for people or lines for programs. */
export function outputsOf({ sinks, alerting }: Pick<Config, 'sinks' | 'alerting'>, output: Output): Promise<{ sinks: Sink[]; notifiers: Notifier[] }> {
  return makeOutputs(sinks.size > 0 ? sinks : new Map([[output.hasColour ? 'console' : 'jsonl', {}]]), alerting, output);
}

/** Outputs by name with their options; the code of each is loaded here, and that of no other. */
export async function makeOutputs(named: ReadonlyMap<string, unknown>, { locale, timeZone }: Pick<Config['alerting'], 'locale' | 'timeZone'>, output: Output): Promise<{ sinks: Sink[]; notifiers: Notifier[] }> {
  const made: { sinks: Sink[]; notifiers: Notifier[] } = { sinks: [], notifiers: [] };
  for (const [name, options] of named) {
    const printed = printedSinks.get(name);
    const machine = machineSinks.get(name);
    if (printed !== undefined) made.sinks.push(printed.make(options as never, output));
    else if (machine !== undefined) made.sinks.push(await machine.make(options as never, (text) => output.write(text)));
    else made.notifiers.push(await notifiers.get(name)!.make({ locale, timeZone, ...(options as object) } as never, (text) => output.write(text)));
  }
  return made;
}

/** Schemas of all outputs, by name. */
export const outputSchemas: ReadonlyMap<string, z.ZodType> = new Map([...printedSinks, ...machineSinks, ...notifiers].map(([name, { schema }]) => [name, schema]));
