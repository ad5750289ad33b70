/** Google Chat, Mattermost, Telegram and ntfy pass the contract suite, each before a stand-in that checks what the service checks. */
import assert from 'node:assert/strict';
import { googleChat } from '../../src/alerting/sinks/google-chat/index.ts';
import { mattermost } from '../../src/alerting/sinks/mattermost/index.ts';
import { ntfy } from '../../src/alerting/sinks/ntfy/index.ts';
import { telegram } from '../../src/alerting/sinks/telegram/index.ts';
import { linkable } from './hostile.ts';
import { runNotifierContract, type Arrived, type NotifierBench } from './notifier-contract.ts';
import { googleChatPath, openGoogleChat, readCardHtml } from './stand-ins/google-chat.ts';
import type { HttpService } from './stand-ins/http-service.ts';
import { mattermostPath, openMattermost } from './stand-ins/mattermost.ts';
import { mattermostChannel, mattermostToken, openMattermostApi } from './stand-ins/mattermost-api.ts';
import { ntfyToken, ntfyTopic, openNtfy } from './stand-ins/ntfy.ts';
import { openTelegram, readTelegramHtml, telegramChat, telegramToken } from './stand-ins/telegram.ts';
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

const near = { allowPrivate: true, timeoutMs: 1_000 };
const page = { status: 200, body: '<html>Sign in to the network</html>' };

/** What Google Chat, Telegram and Mattermost look for without any markup: somebody's name, a tag, a command. */
const caught = /(?<![\w\u200b])[@#$](?=[\p{L}\d_])|(?:^|\s)\/(?=[a-z])/u;

function cardHarmless(body: string): void {
  const { cardsV2, fallbackText } = JSON.parse(body) as { cardsV2: { card: { sections: { widgets: { textParagraph?: { text: string }; decoratedText?: { text: string } }[] }[] } }[]; fallbackText: string };
  const texts = cardsV2.flatMap(({ card }) => card.sections.flatMap(({ widgets }) => widgets.map(({ textParagraph, decoratedText }) => (textParagraph ?? decoratedText)?.text ?? '')));
  for (const text of texts) assert.ok(readCardHtml(text) !== undefined, text);
  for (const text of [...texts, fallbackText]) assert.doesNotMatch(text, linkable);
  // The only bold words are title and severity.
  assert.equal(texts.join('').match(/<b>/g)?.length, 2);
}

function telegramHarmless(body: string): void {
  const { text } = JSON.parse(body) as { text: string };
  assert.equal(typeof readTelegramHtml(text), 'object', text);
  assert.doesNotMatch(text, linkable);
  assert.doesNotMatch(text.replace(/<code>[^<]*<\/code>|<[^>]*>|&#?\w+;/g, ' '), caught, text);
}

/** Markdown that Mattermost would act on: whatever stands without a backslash, but our own bold marks and code. */
function mattermostHarmless(body: string): void {
  const { attachments } = JSON.parse(body) as { attachments: { text: string; fallback: string }[] };
  for (const { fallback } of attachments) assert.doesNotMatch(fallback, /@(?!\u200b)/);
  for (const line of attachments.flatMap(({ text }) => text.split('\n'))) {
    // In code nothing is read but names of users and tags, which some clients look for; links are broken beforehand.
    const withoutCode = line.replace(/(?<!\\)`([^`]*)`/gu, ' ');
    const ours = withoutCode.replace(/\*\*((?:[^*\\]|\\.)*)\*\*/gu, '$1');
    assert.doesNotMatch(ours.replace(/\\./gu, ''), /[*_~|`<>[\]#]|@(?!\u200b)/u, line);
    assert.doesNotMatch(line, /@(?![\u200b\s.,;:)…`]|$)/u, line);
    assert.doesNotMatch(ours, /^(?:-|\+|\d+\.)\s/);
    assert.doesNotMatch(line, linkable);
  }
}

function ntfyHarmless(body: string): void {
  const { title, message, ...rest } = JSON.parse(body) as { title: string; message: string };
  assert.doesNotMatch(`${title}\n${message}`, linkable);
  assert.deepEqual(Object.keys(rest).toSorted(), ['priority', 'sequence_id', 'tags', 'topic']);
}

runNotifierContract([
  {
    name: 'google-chat',
    async open(reader) {
      const standIn = await openGoogleChat();
      return bench(googleChat({ url: `${standIn.service.origin}${googleChatPath}`, ...reader, ...near }), standIn);
    },
    at: (origin) => googleChat({ url: `${origin}${googleChatPath}`, ...near }),
    secrets: ['key-is-secret-AIza', 'token-is-secret-Zx9'],
    update: 'reply',
    isKeyed: true,
    falseSuccesses: [{ answer: page, isRetryable: true }, { answer: { status: 200, body: '{}' }, isRetryable: true }],
    harmless: cardHarmless,
  },
  {
    name: 'mattermost',
    async open(reader) {
      const standIn = await openMattermost();
      return bench(mattermost({ url: `${standIn.service.origin}${mattermostPath}`, channel: 'alerts', username: 'fargazer', ...reader, ...near }), standIn);
    },
    at: (origin) => mattermost({ url: `${origin}${mattermostPath}`, ...near }),
    secrets: ['hook-key-is-secret-8xw3'],
    update: 'message',
    falseSuccesses: [{ answer: page, isRetryable: true }],
    harmless: mattermostHarmless,
  },
  {
    name: 'mattermost',
    way: 'with the token of a bot',
    async open(reader) {
      const standIn = await openMattermostApi();
      return bench(mattermost({ url: standIn.service.origin, token: mattermostToken, channel: mattermostChannel, ...reader, ...near }), standIn);
    },
    at: (origin) => mattermost({ url: origin, token: mattermostToken, channel: mattermostChannel, ...near }),
    secrets: [mattermostToken],
    update: 'update',
    falseSuccesses: [{ answer: page, isRetryable: true }, { answer: { status: 200, body: '{"status":"OK"}' }, isRetryable: true }],
    harmless: mattermostHarmless,
  },
  {
    name: 'telegram',
    async open(reader) {
      const standIn = await openTelegram();
      return bench(telegram({ token: telegramToken, chatId: telegramChat, apiUrl: standIn.service.origin, ...reader, ...near }), standIn);
    },
    at: (origin) => telegram({ token: telegramToken, chatId: telegramChat, apiUrl: origin, ...near }),
    secrets: [telegramToken],
    update: 'update',
    falseSuccesses: [
      { answer: page, isRetryable: true },
      { answer: { status: 200, body: '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}' }, isRetryable: false },
      { answer: { status: 200, body: '{"ok":false,"error_code":502,"description":"Bad Gateway"}' }, isRetryable: true },
    ],
    harmless: telegramHarmless,
  },
  {
    name: 'ntfy',
    async open(reader) {
      const standIn = await openNtfy();
      return bench(ntfy({ topic: ntfyTopic, url: standIn.service.origin, token: ntfyToken, ...reader, ...near }), standIn);
    },
    at: (origin) => ntfy({ topic: ntfyTopic, url: origin, token: ntfyToken, ...near }),
    secrets: [ntfyToken, ntfyTopic],
    update: 'update',
    isKeyed: true,
    falseSuccesses: [{ answer: page, isRetryable: true }],
    harmless: ntfyHarmless,
  },
]);
