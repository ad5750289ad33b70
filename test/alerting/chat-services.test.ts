/** What each chat does in its own way: threads, changes, answers beneath, priorities, and the failures that only it knows. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Notification, Notifier, Severity } from '#contract';
import { markdown } from '../../src/alerting/message/dialects.ts';
import { inQuotationMarks, withQuotations } from '../../src/alerting/message/quotations.ts';
import { googleChat } from '../../src/alerting/sinks/google-chat/index.ts';
import { ntfy } from '../../src/alerting/sinks/ntfy/index.ts';
import { ntfyOptions } from '../../src/alerting/sinks/ntfy/options.ts';
import { telegram } from '../../src/alerting/sinks/telegram/index.ts';
import { telegramOptions } from '../../src/alerting/sinks/telegram/options.ts';
import { aDrawnAlert, anAlert } from './alert.ts';
import { anIncident, aNotification } from './message/stories.ts';
import { failureOf } from './notifier-contract.ts';
import { googleChatPath, openGoogleChat } from './stand-ins/google-chat.ts';
import { openHttpService } from './stand-ins/http-service.ts';
import { ntfyToken, ntfyTopic, openNtfy } from './stand-ins/ntfy.ts';
import { openTelegram, telegramChat, telegramToken, type TelegramStandIn } from './stand-ins/telegram.ts';

const near = { allowPrivate: true, timeoutMs: 1_000 };
const first = (changes: Partial<Notification> = {}): Notification => aNotification([anIncident([anAlert()])], changes);

describe('telegram', () => {
  async function open(t: TestContext, changes: Partial<Parameters<typeof telegram>[0]> = {}): Promise<{ standIn: TelegramStandIn; notifier: Notifier }> {
    const standIn = await openTelegram();
    t.after(() => standIn.service.close());
    return { standIn, notifier: telegram({ token: telegramToken, chatId: telegramChat, apiUrl: standIn.service.origin, ...near, ...changes }) };
  }
  const bodies = ({ arrived }: TelegramStandIn): Record<string, unknown>[] => arrived.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

  test('changes the message and answers beneath it in one line when something is new', async (t) => {
    const { standIn, notifier } = await open(t);
    const receipt = await notifier.notify(first(), undefined);
    const next = await notifier.notify(first({ sequence: 2, reason: 'severity rose', incidents: [anIncident([anAlert({ severity: 'critical' })])] }), receipt);
    assert.deepEqual(standIn.arrived.map(({ how }) => how), ['message', 'update', 'reply']);
    assert.doesNotMatch(standIn.arrived[2]?.text ?? '', /\n/);
    assert.deepEqual(bodies(standIn)[2]?.['reply_parameters'], { message_id: 1, allow_sending_without_reply: true });
    assert.deepEqual(next, { chat: telegramChat, id: 1, sequence: 2 });
  });

  test('says without a sound that it is over, and nothing beneath when a part of it is', async (t) => {
    const { standIn, notifier } = await open(t);
    const receipt = await notifier.notify(first(), undefined);
    const two = await notifier.notify(first({ sequence: 2, reason: 'some alerts resolved', incidents: [anIncident([anAlert({ title: 'checkout did less' })])] }), receipt);
    assert.deepEqual(standIn.arrived.map(({ how }) => how), ['message', 'update']);
    await notifier.notify(first({ sequence: 3, reason: 'all alerts resolved', status: 'resolved' }), two);
    assert.deepEqual(bodies(standIn).map((body) => body['disable_notification']), [false, undefined, undefined, true]);
  });

  test('takes "not modified" for what it is: a repeat', async (t) => {
    const { notifier } = await open(t);
    const receipt = await notifier.notify(first(), undefined);
    assert.deepEqual(await notifier.notify(first(), receipt), receipt);
  });

  test('tells a caption in whole facts, within what Telegram takes beneath a photograph', async (t) => {
    const { standIn, notifier } = await open(t);
    const long = aDrawnAlert({ explanation: { history: 'word '.repeat(40), quiet: 'never '.repeat(100), lookFirst: '<b>&'.repeat(60) }, summary: '&<>'.repeat(400) });
    await notifier.notify(first({ incidents: [anIncident([long])] }), undefined);
    assert.deepEqual(standIn.complaints, []);
    const told = standIn.arrived[0]?.text ?? '';
    assert.ok(told.length > 600 && told.length <= 1_024, `${told.length} characters`);
    assert.match(told, /\+\d+\nLast 21 min$/);
    assert.match(told, /Look first: .*History: .* word\n\+\d/s);
  });

  test('goes on with the caption where a message became a photograph and nobody could note it', async (t) => {
    const { standIn, notifier } = await open(t);
    const bare = await notifier.notify(first(), undefined);
    await notifier.notify(first({ sequence: 2, incidents: [anIncident([aDrawnAlert()])] }), bare);
    assert.equal(standIn.photos.size, 1);
    const next = await notifier.notify(first({ sequence: 3, reason: 'all alerts resolved', status: 'resolved' }), bare);
    assert.match(standIn.messages.get(1) ?? '', /Resolved: /);
    assert.equal(standIn.messages.size, 1);
    assert.deepEqual(next, { chat: telegramChat, id: 1, sequence: 3, isPhoto: true });
  });

  test('sends anew what is not there any more, and never touches the message of another chat', async (t) => {
    const { standIn, notifier } = await open(t);
    assert.deepEqual(await notifier.notify(first({ sequence: 2 }), { chat: telegramChat, id: 77, sequence: 1 }), { chat: telegramChat, id: 1, sequence: 2 });
    await notifier.notify(first({ sequence: 3 }), { chat: '@elsewhere', id: 1, sequence: 2 });
    assert.deepEqual(standIn.arrived.map(({ how }) => how), ['message', 'message']);
  });

  test('writes to a topic of a group where one is named', async (t) => {
    const { standIn, notifier } = await open(t, { topicId: 12 });
    const receipt = await notifier.notify(first(), undefined);
    await notifier.notify(first({ sequence: 2, reason: 'repeat interval elapsed' }), receipt);
    assert.deepEqual(bodies(standIn).map((body) => body['message_thread_id']), [12, undefined, 12]);
  });

  const failures: [string, number, object, string, boolean, number | undefined][] = [
    ['a wait inside the body', 429, { description: 'Too Many Requests: retry after 9', parameters: { retry_after: 9 } }, 'rate-limited', true, 9_000],
    ['a group that became a supergroup', 400, { description: 'Bad Request: group chat was upgraded to a supergroup chat', parameters: { migrate_to_chat_id: -1009 } }, 'gone', false, undefined],
    ['a chat that the bot is not in', 400, { description: 'Bad Request: chat not found' }, 'denied', false, undefined],
    ['a bot that was thrown out', 403, { description: 'Forbidden: bot was kicked from the supergroup chat' }, 'denied', false, undefined],
  ];
  for (const [title, status, body, code, isRetryable, retryAfterMs] of failures) {
    test(`names ${title}`, async (t) => {
      const { standIn, notifier } = await open(t);
      standIn.service.fault = { status, body: JSON.stringify({ ok: false, error_code: status, ...body }) };
      const failure = await failureOf(notifier.notify(first(), undefined));
      assert.deepEqual([failure.code, failure.isRetryable, failure.retryAfterMs], [code, isRetryable, retryAfterMs]);
      if (code === 'gone') assert.match(failure.message, /-1009/);
    });
  }

  test('wants a token and a chat of the right form', () => {
    assert.ok(telegramOptions.safeParse({ token: telegramToken, chatId: '@my_channel' }).success);
    for (const wrong of [{ token: 'abc', chatId: '-1' }, { token: telegramToken, chatId: 'my channel' }, { token: telegramToken }]) assert.ok(!telegramOptions.safeParse(wrong).success, JSON.stringify(wrong));
  });
});

describe('google-chat', () => {
  test('keeps one thread a key, makes nothing twice, and leaves out in the thread what its head tells on demand', async (t) => {
    const standIn = await openGoogleChat();
    t.after(() => standIn.service.close());
    const notifier = googleChat({ url: `${standIn.service.origin}${googleChatPath}`, ...near });
    await notifier.notify(first(), undefined);
    await notifier.notify(first(), undefined);
    await notifier.notify(first({ sequence: 2 }), undefined);
    await notifier.notify(first({ key: 'f'.repeat(32) }), undefined);
    assert.equal(standIn.messages.size, 3);
    const threads = standIn.arrived.map(({ body }) => (JSON.parse(body) as { thread: { threadKey: string } }).thread.threadKey);
    assert.equal(new Set(threads.slice(0, 3)).size, 1);
    assert.notEqual(threads[3], threads[0]);
    const sections = standIn.arrived.map(({ body }) => (JSON.parse(body) as { cardsV2: { card: { sections: unknown[] } }[] }).cardsV2[0]?.card.sections.length);
    assert.deepEqual(sections, [2, 2, 1, 2]);
  });
});

describe('ntfy', () => {
  test('is as loud as the severity, and quiet when it is over', async (t) => {
    const standIn = await openNtfy();
    t.after(() => standIn.service.close());
    const notifier = ntfy({ topic: ntfyTopic, url: standIn.service.origin, token: ntfyToken, ...near });
    for (const severity of ['low', 'medium', 'high', 'critical'] satisfies Severity[]) await notifier.notify(first({ incidents: [anIncident([anAlert({ severity })])] }), undefined);
    await notifier.notify(first({ status: 'resolved' }), undefined);
    const sent = standIn.arrived.map(({ body }) => JSON.parse(body) as { priority: number; tags: string[]; sequence_id: string });
    assert.deepEqual(sent.map(({ priority }) => priority), [2, 3, 4, 5, 2]);
    assert.deepEqual(sent[4]?.tags, ['white_check_mark']);
    // One key is one notification on the telephone.
    assert.equal(standIn.shown.size, 1);
  });

  test('does without a token on a public server, and wants a topic of the right form', async (t) => {
    const service = await openHttpService(() => ({ status: 200, body: '{"id":"x"}' }));
    t.after(() => service.close());
    await ntfy({ topic: ntfyTopic, url: service.origin, ...near }).notify(first(), undefined);
    assert.equal(service.requests[0]?.headers.authorization, undefined);
    for (const topic of ['', 'a/b', 'x'.repeat(65), 'über']) assert.ok(!ntfyOptions.safeParse({ topic }).success, topic);
  });
});

describe('quotations', () => {
  const said = (text: string): string => withQuotations(text, markdown);
  test('become code, with the blanks around them', () => {
    assert.equal(said('the role called `GetSecretValue` for the first time'), 'the role called `GetSecretValue` for the first time');
    assert.equal(said('`a_b` and `c*d`'), '`a_b` and `c*d`');
  });

  test('stand in the marks of the language where there is no code', () => {
    const plain = (text: string): string => text;
    assert.equal(inQuotationMarks('the role called `GetSecretValue` and `x`', 'en', plain), 'the role called “GetSecretValue” and “x”');
    assert.equal(inQuotationMarks('ロールが `GetSecretValue` を呼び出しました', 'ja', plain), 'ロールが「GetSecretValue」を呼び出しました');
    assert.equal(inQuotationMarks('a ` b', 'ja', plain), 'a ` b');
  });

  test('without an end are signs like others', () => {
    assert.equal(said('one ` alone'), 'one \\` alone');
    assert.equal(said('`a` and ` alone'), '`a` and \\` alone');
    assert.equal(said('``'), '');
  });

  test('hold nothing that ends them', () => {
    // Code goes first, where a backslash is a sign like others; then escapes; no backtick may be left.
    for (const text of ['```js x```', '` ` `', '`\\`x`', '`a`b`c`d`']) assert.doesNotMatch(said(text).replace(/(?<!\\)`[^`]*`/g, '').replace(/\\./g, ''), /`/, said(text));
  });
});
