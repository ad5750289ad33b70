/** What a person reads: the stories' incidents in both languages, short, plain, in the reader's time. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { composeIn } from '../../../src/alerting/message/compose.ts';
import { english } from '../../../src/alerting/message/english.ts';
import { japanese } from '../../../src/alerting/message/japanese/words.ts';
import type { Reader } from '../../../src/alerting/message/moment.ts';
import type { Message, Notification } from '#contract';
import { anAlert } from '../alert.ts';
import { hostileStrings, linkable, neverShown } from '../hostile.ts';
import { anIncident, aNotification, stories, storyNotifications } from './stories.ts';

const utc = { locale: 'en', timeZone: 'UTC' } as const;
const tokyo = { locale: 'ja', timeZone: 'Asia/Tokyo' } as const;

const told = ({ title, facts }: Message): string => [title, ...facts.map(({ label, text }) => `${label === undefined ? '' : `${label}: `}${text}`)].join('\n');
const all = ({ title, facts, more }: Message): string[] => [title, ...[...facts, ...more].flatMap(({ label, text }) => [label ?? '', text])];
const compose = (notification: Notification, reader: Reader): Message => composeIn(reader.locale === 'ja' ? japanese : english, notification, reader);
const exfiltration = (): Notification => storyNotifications('fargate-exfiltration')[0] as Notification;

describe('a message', () => {
  test('tells the exfiltration of the stories in English', () => {
    const message = compose(exfiltration(), utc);
    assert.equal(message.title, 'checkout sent 41.6 MB in a minute to files-cdn[.]example, which it never sent to');
    assert.equal(message.severity, 'critical');
    assert.equal(
      told({ ...message, title: '' }).trim(),
      [
        'Usually 3.31 kB to 2.05 MB a minute (4 days, 5 tasks). 99 % of it went to files-cdn[.]example, which the service never sent to.',
        'Same story: 10:14 wrote 2 kinds of lines it never wrote before: `import of catalogue failed: cannot…`; 10:16 sent 41.3 MB to drop.files-cdn[.]example port 443, which it never used; and 1 more',
        'Look first: Which program in task 82b54886 of checkout sent it, and what is at files-cdn[.]example; whether its siblings send as much.',
        'When: Thu 5 Mar, 10:14–10:18 UTC, for 4 min, 4 alerts',
        'Where: task 82b54886, cluster shop, account 111122223333, eu-west-1',
      ].join('\n'),
    );
  });

  test('tells it in Japanese, in the time of Tokyo with UTC beside', () => {
    const message = compose(exfiltration(), tokyo);
    assert.equal(message.title, 'checkout が初めての宛先 files-cdn[.]example に 1 分間で 41.6 MB を送信しました');
    assert.match(told(message), /発生: 3月5日（木）19:14〜19:18 JST（10:14〜10:18 UTC）、4 分間、アラート 4 件/);
    assert.match(told(message), /まず確認: checkout のタスク 82b54886 のどのプログラムが送信したか/);
    assert.match(told(message), /通常 1 分間に 3\.31 kB〜2\.05 MB です（過去 4 日間、5 タスク）。/);
  });

  for (const reader of [utc, tokyo]) {
    test(`stays within its room for every incident of the stories (${reader.locale})`, () => {
      for (const notification of stories.flatMap(storyNotifications)) {
        const message = compose(notification, reader);
        assert.ok([...message.title].length <= 120, message.title);
        assert.ok(told({ ...message, title: '' }).length < 600 + message.facts.length, told(message));
        assert.ok(message.facts.some(({ kind }) => kind === 'look'), 'where to look first stands before more');
        for (const text of all(message)) assert.doesNotMatch(text, neverShown);
        // A sentence is told once.
        assert.equal(new Set(message.facts.map(({ text }) => text)).size, message.facts.length);
      }
    });
  }

  test('draws the minutes before what its title tells, until it is over', () => {
    const { picture } = compose(exfiltration(), utc);
    assert.deepEqual([picture?.points.length, picture?.points.at(-1), picture?.high, picture?.caption], [21, 41_640_000, 2_054_000, 'last 21 min']);
    assert.equal(compose(exfiltration(), tokyo).picture?.caption, '直近 21 分');
    assert.equal(picture?.description, 'last 21 min: 174 kB to 41.6 MB a minute; usual: 3.31 kB to 2.05 MB a minute');
    assert.equal(compose(exfiltration(), tokyo).picture?.description, '直近 21 分: 174 kB〜41.6 MB/分（通常は 3.31 kB〜2.05 MB/分）');
    assert.equal(compose({ ...exfiltration(), status: 'resolved', reason: 'all alerts resolved' }, utc).picture, undefined);
    const few = { unit: 'bytes/min', start: '2026-03-04T18:15:00.000Z', stepSeconds: 60, values: [1, null, 2], low: 0, high: 1 };
    assert.equal(compose(aNotification([anIncident([anAlert({ evidence: { ...anAlert().evidence, series: few } })])]), utc).picture, undefined);
  });

  test('leads with what was done, not with what was only tried', () => {
    const done = anAlert({ id: 'a1', title: 'user anna deleted the trail `main`', severity: 'high', evidence: { ...anAlert().evidence, score: 0.8 } });
    const tried = anAlert({ id: 'a2', title: 'user anna tried to delete the trail `other`, which failed', severity: 'high', evidence: { ...anAlert().evidence, score: 0.99 } });
    assert.equal(compose(aNotification([anIncident([tried, done])]), utc).title, 'User anna deleted the trail `main`');
  });

  test('says that it is over, that it goes on, that it is a test', () => {
    const incident = anIncident([anAlert()]);
    const title = (changes: Partial<Notification>, reader: typeof utc | typeof tokyo = utc): string => compose(aNotification([incident], changes), reader).title;
    assert.match(title({ status: 'resolved', reason: 'all alerts resolved' }), /^Resolved: checkout/);
    assert.match(title({ reason: 'repeat interval elapsed' }), /^Still going on: checkout/);
    assert.match(title({ reason: 'test' }), /^\[Test\] checkout/);
    assert.match(title({ reason: 'test' }, tokyo), /^\[テスト\] /);
    assert.match(title({ status: 'resolved' }, tokyo), /^\[解消\] /);
    assert.match(compose(aNotification([], { reason: 'test' }), utc).title, /^\[Test\] fargazer/);
  });

  test('moves where to look behind more once it is over', () => {
    const message = compose(aNotification([anIncident([anAlert()])], { status: 'resolved' }), utc);
    assert.ok(!message.facts.some(({ kind }) => kind === 'look'));
    assert.ok(message.more.some(({ kind }) => kind === 'look'));
  });

  test('names other incidents and counts the rest', () => {
    const incidents = [1, 2, 3, 4].map((index) => anIncident([anAlert({ id: `a${index}`, title: `service-${index} fell silent` })]));
    const message = compose(aNotification(incidents, { incidentCount: 57 }), utc);
    assert.match(told(message), /Also: service-2 fell silent; service-3 fell silent; 54 more incidents/);
  });

  test('tells a digest with its true counts', () => {
    const digest = { bySeverity: { critical: 2, low: 1_234 }, byName: [['checkout', 1_000], ['cart', 236]] as [string, number][], sinceMs: Date.parse('2026-03-05T09:00:00Z') };
    const message = compose(aNotification([], { reason: 'digest', digest, timeMs: Date.parse('2026-03-05T10:00:00Z') }), utc);
    assert.equal(message.title, '1,236 alerts held back since 09:00 UTC, told here together');
    assert.equal(message.severity, 'critical');
    assert.match(told(message), /2 critical, 1,234 low\n.*checkout 1,000, cart 236/);
    assert.match(compose(aNotification([], { reason: 'digest', digest }), tokyo).title, /^18:00 JST 以降に保留したアラート 1,236 件のまとめ$/);
  });

  test('shows times of sentences as the reader sees them, with UTC behind', () => {
    const look = 'What task 82b54886 of checkout did at 20:14:38 UTC that it does not do otherwise.';
    const alert = anAlert({ firstSeen: '2026-03-05T20:14:38.000Z', explanation: { ...anAlert().explanation, lookFirst: look } });
    const text = told(compose(aNotification([anIncident([alert])]), { locale: 'en', timeZone: 'Asia/Tokyo' }));
    assert.match(text, /did at 05:14:38 JST \(20:14:38 UTC\)/);
  });

  test('masks secrets of telemetry', () => {
    const secrets = ['AKIAIOSFODNN7EXAMPLE', 'password=hunter2hunter2', 'https://user:secretpass@host.example/', 'Bearer abcdefghijklmnop1234', `ghp_${'a1'.repeat(18)}`, 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'];
    for (const secret of secrets) {
      const message = compose(aNotification([anIncident([anAlert({ title: `app wrote ${secret}`, summary: `it wrote ${secret}` })])]), utc);
      for (const text of all(message)) for (const part of ['IOSFODNN7', 'hunter2', 'secretpass', 'abcdefghijklmnop', 'a1a1a1a1', 'c2lnbmF0']) assert.ok(!text.includes(part), text);
    }
  });

  test('gives the same message for the same notification, and for one that went through JSON', () => {
    const notification = exfiltration();
    assert.deepEqual(compose(notification, tokyo), compose(JSON.parse(JSON.stringify(notification)) as Notification, tokyo));
  });

  test('never throws and holds its limits whatever alerts hold', () => {
    for (const [index, text] of hostileStrings(600).entries()) {
      const alert = anAlert({ title: text, summary: text, object: text, firstSeen: index % 3 === 0 ? text : anAlert().firstSeen, detector: index % 2 === 0 ? 'privilege-change' : 'log-rate', entity: { ...anAlert().entity, name: text, container: text, instance: text }, explanation: { history: text, quiet: text, lookFirst: text } });
      for (const reader of [utc, tokyo, { locale: 'en', timeZone: 'No/Where' } as const]) {
        const message = compose(aNotification([anIncident([alert, { ...alert, id: 'b' }])]), reader);
        assert.ok([...message.title].length <= 120);
        assert.ok(message.facts.reduce((sum, { label, text: said }) => sum + (label?.length ?? 0) + said.length, 0) < 600);
        for (const said of all(message)) {
          assert.doesNotMatch(said, neverShown);
          assert.doesNotMatch(said, linkable);
        }
      }
    }
  });
});
