/** What Slack's bot, Discord and Teams do beyond the contract: threads, changes of messages that are gone, waits in bodies, options. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { notifierOutlet, type Sending } from '../../src/alerting/dispatch/notifier-outlet.ts';
import { discord } from '../../src/alerting/sinks/discord/index.ts';
import { discordOptions } from '../../src/alerting/sinks/discord/options.ts';
import { slack } from '../../src/alerting/sinks/slack/index.ts';
import { slackOptions } from '../../src/alerting/sinks/slack/options.ts';
import { teams } from '../../src/alerting/sinks/teams/index.ts';
import { teamsOptions } from '../../src/alerting/sinks/teams/options.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';
import type { JsonValue, Notification, Notifier } from '#contract';
import { aDrawnAlert, anAlert } from './alert.ts';
import { anIncident, aNotification } from './message/stories.ts';
import { failureOf } from './notifier-contract.ts';
import { discordPath, openDiscord, type DiscordStandIn } from './stand-ins/discord.ts';
import { openSlack, slackHookPath, slackToken, type SlackStandIn } from './stand-ins/slack.ts';
import { openTeams, teamsPath } from './stand-ins/teams.ts';

const near = { allowPrivate: true, timeoutMs: 2_000 };
const told = (sequence: number, title = 'checkout did something'): Notification => aNotification([anIncident([anAlert({ title })])], { sequence, reason: sequence === 1 ? 'first notification' : 'new alerts added' });

async function openBot(t: TestContext): Promise<{ standIn: SlackStandIn; bot: Notifier }> {
  const standIn = await openSlack();
  t.after(() => standIn.service.close());
  return { standIn, bot: slack({ token: slackToken, channel: '#alerts', apiUrl: `${standIn.service.origin}/api/`, ...near }) };
}

describe('the bot of Slack', () => {
  test('keeps one message that changes and tells what is new in its thread', async (t) => {
    const { standIn, bot } = await openBot(t);
    const receipt = await bot.notify(told(1), undefined);
    const next = await bot.notify(told(2, 'checkout did more'), receipt);
    assert.deepEqual(standIn.arrived.map(({ how }) => how), ['message', 'update', 'reply']);
    assert.equal(standIn.messages.size, 1);
    assert.match([...standIn.messages.values()][0] ?? '', /checkout did more/);
    const reply = JSON.parse(standIn.arrived[2]?.body ?? '{}') as { thread_ts: string };
    assert.equal(reply.thread_ts, (receipt as { ts: string }).ts);
    assert.deepEqual(next, { ...(receipt as object), sequence: 2 });
  });

  test('does not answer twice in the thread for a notification that came again', async (t) => {
    const { standIn, bot } = await openBot(t);
    const receipt = await bot.notify(told(2), await bot.notify(told(1), undefined));
    await bot.notify(told(2), receipt);
    assert.deepEqual(standIn.arrived.map(({ how }) => how), ['message', 'update', 'reply', 'update']);
  });

  test('sends a message anew where the old one is gone', async (t) => {
    const { standIn, bot } = await openBot(t);
    const receipt = await bot.notify(told(1), undefined);
    standIn.messages.clear();
    const next = await bot.notify(told(2), receipt);
    assert.deepEqual(standIn.arrived.map(({ how }) => how), ['message', 'message']);
    assert.notDeepEqual(next, receipt);
  });

  test('says what to do about a channel that the app is not in', async (t) => {
    const { standIn, bot } = await openBot(t);
    standIn.service.fault = { status: 200, body: '{"ok":false,"error":"not_in_channel"}' };
    const failure = await failureOf(bot.notify(told(1), undefined));
    assert.equal(failure.code, 'denied');
    assert.match(failure.message, /not_in_channel.*invite it with \/invite/);
  });

  test('waits as long as Slack asks, whichever way it says so', async (t) => {
    const { standIn, bot } = await openBot(t);
    standIn.service.fault = { status: 200, headers: { 'retry-after': '12' }, body: '{"ok":false,"error":"ratelimited"}' };
    assert.equal((await failureOf(bot.notify(told(1), undefined))).retryAfterMs, 12_000);
    standIn.service.fault = { status: 429, headers: { 'retry-after': '3' }, body: '' };
    assert.equal((await failureOf(bot.notify(told(1), undefined))).retryAfterMs, 3_000);
  });

  test('quotes names in code style and gives nothing as markup', async (t) => {
    const { standIn, bot } = await openBot(t);
    await bot.notify(told(1, 'user anna deleted the trail `main` <!channel>'), undefined);
    const { blocks, text } = JSON.parse(standIn.arrived[0]?.body ?? '{}') as { blocks: { elements: { elements: object[] }[] }[]; text: string };
    assert.deepEqual(blocks[0]?.elements[0]?.elements.slice(2, 5), [
      { type: 'text', text: 'User anna deleted the trail ', style: { bold: true } },
      { type: 'text', text: 'main', style: { bold: true, code: true } },
      { type: 'text', text: ' <!channel>', style: { bold: true } },
    ]);
    assert.match(text, /&lt;!channel&gt;/);
  });
});

describe('pictures in threads of Slack', () => {
  const drawn = (sequence: number, lastBytes?: number): Notification => aNotification([anIncident([aDrawnAlert({}, lastBytes)])], { sequence, reason: sequence === 1 ? 'first notification' : 'repeat interval elapsed' });
  const steps = ['/api/files.getUploadURLExternal', '/upload/', '/api/files.completeUploadExternal'];

  test('stand beneath their message, described and with their time', async (t) => {
    const { standIn, bot } = await openBot(t);
    const receipt = await bot.notify(drawn(1), undefined);
    assert.deepEqual(standIn.shared.map(({ thread, title, alt }) => [thread, title, alt]), [[(receipt as { ts: string }).ts, 'Last 21 min', 'Last 21 min: 200 kB to 41 MB a minute; usual: 200 kB to 3.1 MB a minute']]);
    assert.deepEqual(standIn.complaints, []);
  });

  test('are not told again while they stay the same', async (t) => {
    const { standIn, bot } = await openBot(t);
    const two = await bot.notify(drawn(2), await bot.notify(drawn(1), undefined));
    assert.equal(standIn.shared.length, 1);
    await bot.notify(drawn(3, 52_000_000), two);
    assert.equal(standIn.shared.length, 2);
  });

  for (const [index, step] of steps.entries()) {
    test(`cost nothing but themselves where step ${index + 1} of 3 fails`, async (t) => {
      const { standIn, bot } = await openBot(t);
      standIn.service.faultOf = ({ path }) => (path.startsWith(step) ? { status: 500, body: '' } : undefined);
      assert.ok((await bot.notify(drawn(1), undefined)) !== undefined);
      assert.deepEqual([standIn.arrived.map(({ how }) => how), standIn.shared], [['message'], []]);
      assert.ok(!standIn.service.requests.some(({ path }) => steps.slice(index + 1).some((later) => path.startsWith(later))));
    });

    test(`cost no second message where the process ends in step ${index + 1} of 3`, async (t) => {
      const { standIn, bot } = await openBot(t);
      const store = memoryStore();
      const item: Sending = { id: 'a', revision: 1, notification: drawn(1) };
      const isReached = new Promise<void>((resolve) => {
        standIn.service.faultOf = ({ path }) => {
          if (!path.startsWith(step)) return undefined;
          resolve();
          return 'hang';
        };
      });
      void notifierOutlet(bot, { store, isFor: () => true }).send(item);
      await isReached;
      delete standIn.service.faultOf;
      // Another process, with what the first had kept.
      const next = slack({ token: slackToken, channel: '#alerts', apiUrl: `${standIn.service.origin}/api/`, ...near });
      await notifierOutlet(next, { store, isFor: () => true }).send(item);
      assert.deepEqual(standIn.arrived.map(({ how }) => how), ['message', 'update']);
      assert.equal(standIn.shared.length, 1);
    });
  }
});

describe('Discord', () => {
  const open = async (t: TestContext, threadId?: string): Promise<{ standIn: DiscordStandIn; notifier: Notifier }> => {
    const standIn = await openDiscord();
    t.after(() => standIn.service.close());
    return { standIn, notifier: discord({ url: `${standIn.service.origin}${discordPath}`, threadId, ...near }) };
  };

  test('sends a message anew where the old one is gone', async (t) => {
    const { standIn, notifier } = await open(t);
    const receipt = await notifier.notify(told(1), undefined);
    standIn.messages.clear();
    const next = await notifier.notify(told(2), receipt);
    assert.deepEqual(standIn.arrived.map(({ how }) => how), ['message', 'message']);
    assert.notDeepEqual(next, receipt);
  });

  test('writes and changes in a thread where one is named', async (t) => {
    const { standIn, notifier } = await open(t, '12345');
    await notifier.notify(told(2), await notifier.notify(told(1), undefined));
    assert.deepEqual(standIn.service.requests.map(({ method, path }) => [method, path.replace(discordPath, '').replace(/\d{17}/, 'ID')]), [
      ['POST', '?wait=true&thread_id=12345'],
      ['PATCH', '/messages/ID?thread_id=12345'],
    ]);
  });

  test('takes no id out of a receipt that could lead elsewhere', async (t) => {
    const { standIn, notifier } = await open(t);
    for (const receipt of [{ id: '../../x' }, { id: '1?x=' }, { id: 12 }] as JsonValue[]) await notifier.notify(told(1), receipt);
    assert.deepEqual(standIn.arrived.map(({ how }) => how), ['message', 'message', 'message']);
  });

  test('waits for the longer of the waits in header and body, in fractions of seconds', async (t) => {
    const { standIn, notifier } = await open(t);
    standIn.service.fault = { status: 429, headers: { 'retry-after': '1' }, body: '{"message":"limited","retry_after":64.57,"global":false}' };
    const failure = await failureOf(notifier.notify(told(1), undefined));
    assert.deepEqual([failure.code, failure.isRetryable, failure.retryAfterMs], ['rate-limited', true, 64_570]);
  });

  test('is gone where the webhook was deleted', async (t) => {
    const { standIn, notifier } = await open(t);
    standIn.service.fault = { status: 404, body: '{"code":10015,"message":"Unknown Webhook"}' };
    const failure = await failureOf(notifier.notify(told(2), { id: '123' }));
    assert.deepEqual([failure.code, failure.isRetryable], ['gone', false]);
  });
});

describe('Teams', () => {
  test('hides what is beyond the first look behind a button of the card', async (t) => {
    const standIn = await openTeams();
    t.after(() => standIn.service.close());
    await teams({ url: `${standIn.service.origin}${teamsPath}`, locale: 'ja', timeZone: 'Asia/Tokyo', ...near }).notify(told(1), undefined);
    const { content } = (JSON.parse(standIn.arrived[0]?.body ?? '{}') as { attachments: { content: { body: { id?: string; isVisible?: boolean }[]; actions: object[]; lang: string } }[] }).attachments[0] ?? {};
    assert.equal(content?.lang, 'ja');
    assert.deepEqual(content?.actions, [{ type: 'Action.ToggleVisibility', title: '詳細', targetElements: ['more'] }]);
    assert.equal(content?.body.find(({ id }) => id === 'more')?.isVisible, false);
  });
});

describe('options', () => {
  test('of Slack are a webhook or a bot, not both and not half of one', () => {
    assert.ok(slackOptions.safeParse({ url: `https://hooks.slack.com${slackHookPath}` }).success);
    assert.ok(slackOptions.safeParse({ token: slackToken, channel: 'C1' }).success);
    for (const wrong of [{}, { token: slackToken }, { channel: 'C1' }, { url: 'https://x.example/', token: slackToken, channel: 'C1' }, { url: 'https://x.example/', colour: 'red' }]) assert.ok(!slackOptions.safeParse(wrong).success, JSON.stringify(wrong));
    assert.throws(() => slack({}), /slack needs either url/);
  });

  test('name a time zone that exists and a language that is spoken', () => {
    const url = 'https://x.example/hook';
    assert.ok(teamsOptions.safeParse({ url, locale: 'ja', timeZone: 'Asia/Tokyo' }).success);
    assert.deepEqual(teamsOptions.parse({ url }), { url, timeoutMs: 15_000, allowPrivate: false, concurrency: 4 });
    assert.ok(!teamsOptions.safeParse({ url, timeZone: 'Nowhere/None' }).success);
    assert.ok(!discordOptions.safeParse({ url, locale: 'fr' }).success);
    assert.ok(!discordOptions.safeParse({ url, threadId: '1/../2' }).success);
  });
});
