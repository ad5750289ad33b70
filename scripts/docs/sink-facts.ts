/** What the page of outputs tells beside their options: what becomes of updates, which limits are kept, how a configuration looks. */
import { captionCharacters, textCharacters } from '../../src/alerting/sinks/telegram/text.ts';
import { bodyLimitBytes as webhookBytes } from '../../src/alerting/sinks/webhook/body.ts';
import { messageBytes as ntfyBytes } from '../../src/alerting/sinks/ntfy/publication.ts';
import { messageLimitBytes as snsBytes } from '../../src/alerting/sinks/sns/message.ts';

export interface SinkFacts {
  title: string;
  /** One sentence. */
  says: string;
  /** What becomes of a second notification of the same incident. */
  updates: string;
  /** What happens when it is over. */
  resolves: string;
  /** How the minutes before a number are shown; for people only. */
  picture?: string;
  /** Limits of the service, and how they are kept. */
  limits: readonly string[];
  /** Under `sinks:` of a configuration; the loader reads it whenever this page is made. */
  example: string;
}

/** Values of the variables that the examples name; none of them is a secret of anybody. */
export const exampleEnvironment: Readonly<Record<string, string>> = {
  SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX',
  TEAMS_WORKFLOW_URL: 'https://prod-01.westeurope.logic.azure.com/workflows/0/triggers/manual/paths/invoke?sig=x',
  DISCORD_WEBHOOK_URL: 'https://discord.com/api/webhooks/0/x',
  GOOGLE_CHAT_WEBHOOK_URL: 'https://chat.googleapis.com/v1/spaces/x/messages?key=x&token=x',
  MATTERMOST_WEBHOOK_URL: 'https://mattermost.example/hooks/x',
  TELEGRAM_TOKEN: '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
  NTFY_TOPIC: 'a-topic-that-nobody-guesses',
  PAGERDUTY_ROUTING_KEY: '0123456789abcdef0123456789abcdef',
  OPSGENIE_API_KEY: '00000000-0000-0000-0000-000000000000',
  JSM_API_KEY: '00000000-0000-0000-0000-000000000000',
  SMTP_PASSWORD: 'x',
  WEBHOOK_URL: 'https://receiver.example/alerts',
  WEBHOOK_SECRET: 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
  SPLUNK_TOKEN: '00000000-0000-0000-0000-000000000000',
};

const thousands = (value: number): string => value.toLocaleString('en-US');
const everyRevision = 'Sent again under the same id with a higher revision.';
const resolvedAlert = 'The alert comes with status resolved.';

/** Outputs that people read: one message a notification. */
export const forPeople: Readonly<Record<string, SinkFacts>> = {
  slack: {
    title: 'Slack', says: 'Structured blocks by incoming webhook or by bot token, in which no text is markup.',
    updates: 'Bot token: the message changes and its thread tells what came. Webhook: a message each.', resolves: 'Bot token: the message changes and its thread says so. Webhook: a message.',
    picture: 'Bot token with the scope files:write: a picture in the thread. Blocks in the text always.',
    limits: ['Blocks are kept under 9,000 characters together (Slack has refused from 13,200 on), a fact under 1,500.', 'One message a second and channel; what is refused with 429 is sent again after the time that Slack asks for.'],
    example: 'slack: ${SLACK_WEBHOOK_URL}',
  },
  teams: {
    title: 'Microsoft Teams', says: 'An Adaptive Card to a Workflow of Teams.',
    updates: 'A card each: Workflows give nothing back.', resolves: 'A card.',
    picture: 'Blocks in the text: cards show only pictures that a public host serves.',
    limits: ['A card is kept under 24,000 bytes; Teams takes 28 KB.', 'Version 1.2 of Adaptive Cards, which every client shows.'],
    example: 'teams: ${TEAMS_WORKFLOW_URL}',
  },
  discord: {
    title: 'Discord', says: 'A message with an embed by webhook; nobody is ever pinged.',
    updates: 'The message changes.', resolves: 'The message changes.',
    picture: 'In the embed.',
    limits: ['Content under 600 characters (Discord takes 2,000), description under 3,000 (4,096).', 'After many refused requests Discord shuts an address out for ten minutes; waits are kept to the letter.'],
    example: 'discord: ${DISCORD_WEBHOOK_URL}',
  },
  'google-chat': {
    title: 'Google Chat', says: 'A card by webhook.',
    updates: 'A card in the thread, which is found by its key.', resolves: 'A card in the thread.',
    picture: 'Blocks in the text: cards show only pictures that a public host serves.',
    limits: ['A message is kept under 31,000 bytes; Google Chat takes 32,000.', '60 messages a minute and space.', 'Cards know no code; what is quoted stands in quotation marks.'],
    example: 'google-chat: ${GOOGLE_CHAT_WEBHOOK_URL}',
  },
  mattermost: {
    title: 'Mattermost', says: 'Attachments in Markdown by incoming webhook or by the token of a bot.',
    updates: 'Token of a bot: the post changes and its thread tells what came. Webhook: a message each.', resolves: 'Token of a bot: the post changes and its thread says so. Webhook: a message.',
    picture: 'Token of a bot: beneath the post. Webhook: blocks in the text, for webhooks take no files.',
    limits: ['Text under 6,000 characters; Mattermost takes 16,383 and would take longer ones apart.', 'Another channel only where the webhook is not locked to its own.', 'A bot needs to be a member of the channel: `url` of the server, `token`, `channel` by its id. Where it may not upload files, posts have blocks. Servers that do not change the files of a post leave its first picture.'],
    example: 'mattermost:\n  url: ${MATTERMOST_WEBHOOK_URL}\n  channel: alerts',
  },
  telegram: {
    title: 'Telegram', says: 'A message of a bot in HTML; what is beyond the first look opens on a tap.',
    updates: 'The message changes, and one line beneath it says that there is something new.', resolves: 'The message changes, and one line beneath it says so without a sound.',
    picture: 'The message is a photograph, which stays to the end.',
    limits: [`Under ${thousands(textCharacters)} characters, markup included; with a photograph under ${thousands(captionCharacters)} without it.`, 'A message is changed only in the chat that it was sent to.'],
    example: 'telegram:\n  token: ${TELEGRAM_TOKEN}\n  chatId: "-1001234567890"\n  locale: ja\n  timeZone: Asia/Tokyo',
  },
  ntfy: {
    title: 'ntfy', says: 'A push notification, as loud as the severity: critical rings, low makes no sound.',
    updates: 'The notification on the telephone is replaced (from version 2.16 of the server; before it a notification each).', resolves: 'It is replaced without a sound.',
    picture: 'Blocks in the text: Android would show a picture in place of the text.',
    limits: [`Under ${thousands(ntfyBytes)} bytes, title and text together under 4,000, so that nothing is cut on the way; details beyond the first look are left out.`, 'Plain text.'],
    example: 'ntfy: ${NTFY_TOPIC}',
  },
  email: {
    title: 'Email', says: 'A mail in text and HTML by your mail server or by Amazon SES.',
    updates: 'An answer to the first mail.', resolves: 'An answer to the first mail.',
    picture: 'In the mail.',
    limits: ['At most 50 recipients.', 'Nothing is loaded from anywhere.'],
    example: 'email:\n  from: Fargazer <alerts@example.com>\n  to: on-call@example.com\n  smtp:\n    host: smtp.example.com\n    username: alerts@example.com\n    password: ${SMTP_PASSWORD}',
  },
  pagerduty: {
    title: 'PagerDuty', says: 'An alert by the Events API v2.',
    updates: 'The alert of the same key is updated.', resolves: 'The alert is resolved.',
    picture: 'Blocks in the details: pictures need a public host.',
    limits: ['Summary 1,024 characters, event 512 KB.', '120 events a minute and integration key.'],
    example: 'pagerduty: ${PAGERDUTY_ROUTING_KEY}',
  },
  opsgenie: {
    title: 'Opsgenie', says: 'An alert by the Alert API. Atlassian ends Opsgenie in April 2027.',
    updates: 'Message and description of the alert are rewritten.', resolves: 'The alert is closed.',
    picture: 'Blocks in the description: pictures need a public host.',
    limits: ['Message 130 characters, description 15,000, note 25,000.'],
    example: 'opsgenie:\n  apiKey: ${OPSGENIE_API_KEY}\n  region: eu',
  },
  'jira-service-management': {
    title: 'Jira Service Management', says: 'An alert of Operations by its integration API.',
    updates: 'A note at the alert.', resolves: 'The alert is closed.',
    picture: 'Blocks in the description: pictures need a public host.',
    limits: ['Message 130 characters, description 15,000, note 25,000.'],
    example: 'jira-service-management: ${JSM_API_KEY}',
  },
  sns: {
    title: 'Amazon SNS', says: 'A message to a topic: text for mail and programs, or a card of Amazon Q Developer in chat applications.',
    updates: 'A message each; cards of Amazon Q Developer come in one thread where the channel allows it. FIFO topics drop repeats of five minutes.', resolves: 'A message, or a card in the thread.',
    picture: 'Blocks in the text.',
    limits: [`${thousands(snsBytes)} bytes, attributes included; the subject is English, ASCII and under 100 characters in every language.`, 'Attributes to filter by: severity, status, reason, key, sequence.', 'Amazon Q Developer drops in silence what is no card: give it a topic of its own with format q-developer.'],
    example: 'sns:\n  topicArn: arn:aws:sns:eu-west-1:123456789012:alerts\n  format: q-developer',
  },
};

/** Outputs that programs read: each alert as an event, before it is grouped or muted. */
export const forPrograms: Readonly<Record<string, SinkFacts>> = {
  webhook: {
    title: 'Webhook', says: 'A signed POST by Standard Webhooks, its body plain or a CloudEvent.',
    updates: everyRevision, resolves: resolvedAlert,
    limits: [`Body under ${thousands(webhookBytes)} bytes, as Standard Webhooks asks; raw records go first, then the ends of long texts.`, 'Redirects are not followed; addresses of this machine and of private networks are refused unless allowed, link-local ones always.'],
    example: 'webhook:\n  url: ${WEBHOOK_URL}\n  secret: ${WEBHOOK_SECRET}\n  format: cloudevents',
  },
  alertmanager: {
    title: 'Prometheus Alertmanager', says: 'Alerts by API v2, sent again while they fire.',
    updates: 'Labels are the identity; annotations change.', resolves: 'endsAt is set, and sent for five more minutes.',
    limits: ['64 alerts a request, as Prometheus does; to all members of a cluster.'],
    example: 'alertmanager:\n  url: http://alertmanager.internal:9093\n  allowPrivate: true',
  },
  eventbridge: {
    title: 'Amazon EventBridge', says: 'An event of a bus, its detail the alert.',
    updates: everyRevision, resolves: 'detail-type is Fargazer Alert Resolved.',
    limits: ['An entry under 256 KB; raw records go first, then the ends of long texts.'],
    example: 'eventbridge:\n  bus: alerts\n  region: eu-west-1',
  },
  'security-hub': {
    title: 'AWS Security Hub', says: 'A finding in the AWS Security Finding Format.',
    updates: 'The finding of the same id is updated.', resolves: 'The finding is archived, unless kept.',
    limits: ['240 KB a finding; title 256 characters, description 1,024.'],
    example: 'security-hub:\n  account: "123456789012"\n  region: eu-west-1',
  },
  ocsf: {
    title: 'OCSF', says: 'A Detection Finding a line, to a file or to S3.',
    updates: 'A line with activity Update under the same uid.', resolves: 'A line with activity Close.',
    limits: ['A line under 1 MB.'],
    example: 'ocsf: /var/log/fargazer/ocsf.ndjson',
  },
  falcosidekick: {
    title: 'Falcosidekick', says: "An event as Falco would send it, for Falcosidekick's own outputs.",
    updates: everyRevision, resolves: 'An event of priority Informational that says so.',
    limits: ['Fields under 160 characters, which Falcosidekick does not cut.'],
    example: 'falcosidekick:\n  url: http://falcosidekick.internal:2801/\n  allowPrivate: true',
  },
  'cloudwatch-metrics': {
    title: 'CloudWatch metrics', says: 'Counts of alerts as embedded metrics, written to standard output.',
    updates: 'AlertsUpdated is 1.', resolves: 'AlertsResolved is 1.',
    limits: ['A line under 16 KiB.', 'Metrics for each service cost money and are off unless asked for.'],
    example: 'cloudwatch-metrics: Fargazer',
  },
  'splunk-hec': {
    title: 'Splunk', says: 'An event by the HTTP Event Collector.',
    updates: everyRevision, resolves: resolvedAlert,
    limits: ['A body under 1 MB. Success means taken, not indexed.'],
    example: 'splunk-hec:\n  url: https://http-inputs-acme.splunkcloud.com:443\n  token: ${SPLUNK_TOKEN}',
  },
  console: {
    title: 'Console', says: 'A row an alert on standard output.',
    updates: 'A row.', resolves: 'A row.',
    limits: ['As wide as the terminal, at least 40 columns.'],
    example: 'console:',
  },
  jsonl: {
    title: 'JSON Lines', says: 'An alert a line on standard output, as its [published schema](alert.schema.json) says.',
    updates: everyRevision, resolves: resolvedAlert,
    limits: ['Every alert, whatever is grouped or muted.'],
    example: 'jsonl:',
  },
};
