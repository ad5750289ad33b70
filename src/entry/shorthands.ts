/** Outputs whose usual case is one line: the option that a mere text stands for. Those that need two options have none. */

export const shorthands: ReadonlyMap<string, string> = new Map([
  ['alertmanager', 'url'],
  ['cloudwatch-metrics', 'namespace'],
  ['discord', 'url'],
  ['falcosidekick', 'url'],
  ['google-chat', 'url'],
  ['jira-service-management', 'apiKey'],
  ['jsonl', 'file'],
  ['mattermost', 'url'],
  ['ntfy', 'topic'],
  ['ocsf', 'path'],
  ['opsgenie', 'apiKey'],
  ['pagerduty', 'routingKey'],
  ['slack', 'url'],
  ['sns', 'topicArn'],
  ['teams', 'url'],
  ['webhook', 'url'],
]);
