/** What Mattermost does beyond the contract: fields of webhooks, posts of a bot that change, their threads, options. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { JsonValue, Notification, Notifier } from '#contract';
import { mattermost } from '../../src/alerting/sinks/mattermost/index.ts';
import { mattermostOptions } from '../../src/alerting/sinks/mattermost/options.ts';
import { anAlert } from './alert.ts';
import { anIncident, aNotification } from './message/stories.ts';
import { failureOf } from './notifier-contract.ts';
import { openHttpService } from './stand-ins/http-service.ts';
import { mattermostChannel, mattermostToken, openMattermostApi, type MattermostApi } from './stand-ins/mattermost-api.ts';

const near = { allowPrivate: true, timeoutMs: 1_000 };
const told = (sequence: number, title = 'checkout did something'): Notification => aNotification([anIncident([anAlert({ title })])], { sequence, reason: sequence === 1 ? 'first notification' : 'new alerts added' });

describe('a webhook of Mattermost', () => {
  test('names another channel and sender only where they are configured', async (t) => {
    const service = await openHttpService(() => ({ status: 200, body: 'ok' }));
    t.after(() => service.close());
    await mattermost({ url: `${service.origin}/hooks/x`, ...near }).notify(told(1), undefined);
    await mattermost({ url: `${service.origin}/hooks/x`, channel: 'alerts', username: 'fargazer', ...near }).notify(told(1), undefined);
    const [bare, named] = service.requests.map(({ body }) => Object.keys(JSON.parse(body) as object).toSorted());
    assert.deepEqual([bare, named], [['attachments'], ['attachments', 'channel', 'username']]);
  });
});

describe('a bot of Mattermost', () => {
  async function open(t: TestContext, path = ''): Promise<{ standIn: MattermostApi; bot: Notifier }> {
    const standIn = await openMattermostApi();
    t.after(() => standIn.service.close());
    return { standIn, bot: mattermost({ url: `${standIn.service.origin}${path}`, token: mattermostToken, channel: mattermostChannel, ...near }) };
  }

  test('keeps one post that changes and tells what is new in its thread', async (t) => {
    const { standIn, bot } = await open(t, '/');
    const receipt = await bot.notify(told(1), undefined);
    const next = await bot.notify(told(2, 'checkout did more'), receipt);
    assert.deepEqual(standIn.arrived.map(({ how }) => how), ['message', 'update', 'reply']);
    const reply = JSON.parse(standIn.arrived[2]?.body ?? '{}') as { root_id: string };
    assert.equal(reply.root_id, (receipt as { id: string }).id);
    assert.deepEqual(next, { ...(receipt as object), sequence: 2 });
    // The thread leaves out what the post tells on demand.
    assert.match(standIn.arrived[1]?.text ?? '', /Quiet if/);
    assert.doesNotMatch(standIn.arrived[2]?.text ?? '', /Quiet if/);
  });

  test('does not answer twice in the thread for a notification that came again', async (t) => {
    const { standIn, bot } = await open(t);
    const receipt = await bot.notify(told(2), await bot.notify(told(1), undefined));
    await bot.notify(told(2), receipt);
    assert.deepEqual(standIn.arrived.map(({ how }) => how), ['message', 'update', 'reply', 'update']);
  });

  test('posts anew where the post is gone or is of another channel', async (t) => {
    const { standIn, bot } = await open(t);
    const receipt = await bot.notify(told(1), undefined);
    standIn.posts.clear();
    const next = await bot.notify(told(2), receipt);
    await bot.notify(told(3), { ...(next as object), channel: 'x'.repeat(26) } as JsonValue);
    assert.deepEqual(standIn.arrived.map(({ how }) => how), ['message', 'message', 'message']);
    assert.notDeepEqual(next, receipt);
  });

  test('posts nothing anew while the server is down', async (t) => {
    const { standIn, bot } = await open(t);
    const receipt = await bot.notify(told(1), undefined);
    standIn.service.fault = { status: 502, body: '' };
    assert.equal((await failureOf(bot.notify(told(2), receipt))).code, 'receiver-failed');
    assert.equal(standIn.service.requests.length, 2);
  });
});

describe('options of Mattermost', () => {
  test('are a webhook, or a server with the token of a bot and the id of a channel', () => {
    const [hook, server] = ['https://chat.example/hooks/x', 'https://chat.example/mattermost'];
    assert.ok(mattermostOptions.safeParse({ url: hook, channel: 'alerts', username: 'fargazer' }).success);
    assert.ok(mattermostOptions.safeParse({ url: server, token: mattermostToken, channel: mattermostChannel }).success);
    const wrong = [
      { url: hook, channel: 'town square' },
      { url: server, token: mattermostToken },
      { url: server, token: mattermostToken, channel: 'alerts' },
      { url: hook, token: mattermostToken, channel: mattermostChannel },
      { url: server, token: mattermostToken, channel: mattermostChannel, username: 'fargazer' },
      { url: server, token: 'a b', channel: mattermostChannel },
    ];
    for (const options of wrong) assert.ok(!mattermostOptions.safeParse(options).success, JSON.stringify(options));
    assert.throws(() => mattermost({ url: server, token: mattermostToken }), /mattermost needs channel/);
  });
});
