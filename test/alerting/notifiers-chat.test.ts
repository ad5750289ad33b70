/** Slack, Teams and Discord pass the contract suite, each before a stand-in that checks what the service checks. */
import assert from 'node:assert/strict';
import { discord } from '../../src/alerting/sinks/discord/index.ts';
import { slack } from '../../src/alerting/sinks/slack/index.ts';
import { teams } from '../../src/alerting/sinks/teams/index.ts';
import { linkable } from './hostile.ts';
import { runNotifierContract, type NotifierBench } from './notifier-contract.ts';
import { discordPath, openDiscord } from './stand-ins/discord.ts';
import type { HttpService } from './stand-ins/http-service.ts';
import { openSlack, slackHookPath, slackToken } from './stand-ins/slack.ts';
import { openTeams, teamsPath } from './stand-ins/teams.ts';
import type { Arrived } from './notifier-contract.ts';
import type { Notifier } from '#contract';

function bench(notifier: Notifier, { service, arrived, complaints }: { service: HttpService; arrived: Arrived[]; complaints: string[] }): NotifierBench {
  return {
    notifier,
    arrived: () => [...arrived],
    complaints: () => complaints,
    fail: (fault) => void (service.fault = fault),
    requests: () => service.requests.length,
    close: () => service.close(),
  };
}

/** All texts of a JSON body. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** Signs of Slack's own markup, and what it would make a link of. */
function slackHarmless(body: string): void {
  const { text, blocks } = JSON.parse(body) as { text: string; blocks: unknown };
  assert.doesNotMatch(text, /[<>]|&(?!amp;|lt;|gt;)/);
  for (const one of [text, ...textsOf(blocks)]) assert.doesNotMatch(one, linkable);
  // In mrkdwn a mark counts at the edge of a word only; each stands between two signs that show nothing.
  assert.doesNotMatch(text, /(?<!\u200b)[*~`]|[*~`](?!\u200b)/);
}

function teamsHarmless(body: string): void {
  const types = new Set([...body.matchAll(/"type":"([^"]+)"/g)].map(([, type]) => type));
  for (const type of types) assert.ok(['message', 'AdaptiveCard', 'RichTextBlock', 'TextRun', 'Container', 'Action.ToggleVisibility'].includes(type ?? ''), type);
  const card = (JSON.parse(body) as { attachments: { content: { body: unknown; fallbackText: string; msteams: unknown } }[] }).attachments[0]?.content;
  assert.deepEqual(card?.msteams, { width: 'Full' });
  for (const one of [...textsOf(card?.body), card?.fallbackText ?? '']) assert.doesNotMatch(one, linkable);
}

/** Markdown that Discord would act on: whatever stands without a backslash, but our own bold marks. */
function discordHarmless(body: string): void {
  const { content, embeds, attachments = [], allowed_mentions: mentions } = JSON.parse(body) as { content: string; embeds: { description?: string; footer: { text: string } }[]; attachments?: { description: string }[]; allowed_mentions: unknown };
  assert.deepEqual(mentions, { parse: [] });
  const described = (embeds[0]?.description ?? '').split('\n');
  for (const line of [content, ...described]) {
    // Between two backticks nothing is read but a mention, which stands broken.
    const bare = line.replace(/\*\*((?:[^*\\]|\\.)*)\*\*/gu, '$1').replace(/\\./gu, '');
    const ours = bare.replace(/`[^`]*`/g, '');
    assert.doesNotMatch(bare, /@(?!\u200b)/u, line);
    assert.doesNotMatch(ours, /[*_~|`<>[\]#]|@(?!\u200b)/u, line);
    assert.doesNotMatch(ours, /^(?:-|\+|\d+\.)\s/);
    assert.doesNotMatch(line, linkable);
  }
  assert.doesNotMatch(embeds[0]?.footer.text ?? '', linkable);
  for (const { description } of attachments) assert.doesNotMatch(description, linkable);
}

const near = { allowPrivate: true, timeoutMs: 1_000 };

runNotifierContract([
  {
    name: 'slack',
    way: 'with an incoming webhook',
    async open(reader) {
      const standIn = await openSlack();
      return bench(slack({ url: `${standIn.service.origin}${slackHookPath}`, ...reader, ...near }), standIn);
    },
    at: (origin) => slack({ url: `${origin}${slackHookPath}`, ...near }),
    secrets: ['hook-path-is-secret', 'T0SECRET', 'B0SECRET'],
    update: 'message',
    falseSuccesses: [
      { answer: { status: 200, body: '<html>Sign in to the network</html>' }, isRetryable: true },
      { answer: { status: 200, body: '{"ok":false,"error":"invalid_auth"}' }, isRetryable: false },
    ],
    gone: { status: 410, body: 'channel_is_archived' },
    harmless: slackHarmless,
  },
  {
    name: 'slack',
    way: 'with a bot token',
    async open(reader) {
      const standIn = await openSlack();
      return bench(slack({ token: slackToken, channel: '#alerts', apiUrl: `${standIn.service.origin}/api`, ...reader, ...near }), standIn);
    },
    at: (origin) => slack({ token: slackToken, channel: '#alerts', apiUrl: `${origin}/api`, ...near }),
    secrets: [slackToken],
    update: 'update',
    falseSuccesses: [
      { answer: { status: 200, body: '{"ok":false,"error":"channel_not_found"}' }, isRetryable: false },
      { answer: { status: 200, body: '{"ok":false,"error":"not_in_channel"}' }, isRetryable: false },
      { answer: { status: 200, body: '{"ok":false,"error":"ratelimited"}' }, isRetryable: true },
      { answer: { status: 200, body: '{"ok":false,"error":"internal_error"}' }, isRetryable: true },
      { answer: { status: 200, body: '{"ok":false}' }, isRetryable: false },
      { answer: { status: 200, body: 'ok' }, isRetryable: true },
    ],
    harmless: slackHarmless,
  },
  {
    name: 'teams',
    async open(reader) {
      const standIn = await openTeams();
      return bench(teams({ url: `${standIn.service.origin}${teamsPath}`, ...reader, ...near }), standIn);
    },
    at: (origin) => teams({ url: `${origin}${teamsPath}`, ...near }),
    secrets: ['signature-is-secret', '0a1b2c3d4e5f'],
    update: 'message',
    falseSuccesses: [
      { answer: { status: 200, body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId 1' }, isRetryable: true },
      { answer: { status: 200, body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413 with ContextId 1' }, isRetryable: false },
    ],
    harmless: teamsHarmless,
  },
  {
    name: 'discord',
    async open(reader) {
      const standIn = await openDiscord();
      return bench(discord({ url: `${standIn.service.origin}${discordPath}`, ...reader, ...near }), standIn);
    },
    at: (origin) => discord({ url: `${origin}${discordPath}`, ...near }),
    secrets: ['token-is-secret-3d89bb7572e0fb30d8128367b3b1b44f'],
    update: 'update',
    falseSuccesses: [{ answer: { status: 200, body: '<html>Sign in to the network</html>' }, isRetryable: true }],
    harmless: discordHarmless,
  },
]);
