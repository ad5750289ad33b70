/** The part of the configuration that says who is told of what, and when. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configJsonSchema, defaultConfig, loadConfig } from '../../src/config/index.ts';
import { plugins, refusal } from './plugins.ts';

const sinks = "sinks: { webhook: { url: 'https://hook.example', secret: 'long enough' } }\n";

describe('alerting', () => {
  test('needs no word: all outputs get all, in English and UTC', () => {
    const { alerting, warnings } = loadConfig(sinks, 'f', plugins);
    assert.deepEqual(alerting, {
      route: { receiver: 'default' },
      receivers: { default: { outputs: ['webhook'], sendResolved: true }, webhook: { outputs: ['webhook'], sendResolved: true } },
      inhibit: { rules: [], deployments: true, coverage: true, stories: true },
      muteTimes: {}, caps: { messagesPerHour: 30, digestAfterMs: 300_000 }, resolveAfterMs: 1_800_000, locale: 'en', timeZone: 'UTC',
    });
    assert.deepEqual(warnings, []);
    assert.deepEqual(defaultConfig(plugins).alerting.receivers['default'], { outputs: [], sendResolved: true });
  });

  test('is read whole', () => {
    const text = `${sinks}
route:
  groupBy: [service, severity]
  groupWait: 10s
  repeatInterval: 12h
  routes:
    - matchers: ['severity="low"', 'service!~"pay.*"']
      muteTimes: [nights]
      continue: true
    - { receiver: webhook, groupBy: ['...'], activeTimes: [nights], routes: [{ matchers: [kind=principal], groupInterval: 1m }] }
receivers: { team: { outputs: [webhook], sendResolved: false } }
inhibit:
  rules: [{ source: [severity=critical], target: [severity=low], equal: [service] }]
  stories: false
muteTimes:
  nights:
    - times: [{ start: '22:00', end: '24:00' }, { start: '00:00', end: '06:30' }]
      weekdays: [monday:friday, sunday]
      daysOfMonth: ['1:7', -1]
      months: [december, 1:3]
      years: [2026:2027]
    - location: Australia/Lord_Howe
caps: { messagesPerHour: 5, digestAfter: 2m }
resolveAfter: 1h
locale: ja
timeZone: Asia/Tokyo
`;
    const { alerting, warnings } = loadConfig(text, 'f', plugins);
    assert.deepEqual(alerting.route, {
      receiver: 'team', groupBy: ['service', 'severity'], groupWaitMs: 10_000, repeatIntervalMs: 43_200_000,
      routes: [
        { matchers: [{ name: 'severity', operator: '=', value: 'low' }, { name: 'service', operator: '!~', value: 'pay.*' }], continue: true, muteTimes: ['nights'] },
        { receiver: 'webhook', groupBy: ['...'], activeTimes: ['nights'], routes: [{ groupIntervalMs: 60_000, matchers: [{ name: 'kind', operator: '=', value: 'principal' }] }] },
      ],
    });
    assert.deepEqual(alerting.receivers['team'], { outputs: ['webhook'], sendResolved: false });
    assert.deepEqual(alerting.inhibit, { rules: [{ source: [{ name: 'severity', operator: '=', value: 'critical' }], target: [{ name: 'severity', operator: '=', value: 'low' }], equal: ['service'] }], deployments: true, coverage: true, stories: false });
    const [nights, place] = alerting.muteTimes['nights']!;
    assert.deepEqual(nights, { times: [[1_320, 1_440], [0, 390]], weekdays: [[1, 5], [0, 0]], daysOfMonth: [[1, 7], [-1, -1]], months: [[12, 12], [1, 3]], years: [[2_026, 2_027]], location: 'Asia/Tokyo' });
    assert.equal(place!.location, 'Australia/Lord_Howe');
    assert.deepEqual([alerting.caps, alerting.resolveAfterMs, alerting.locale, alerting.timeZone], [{ messagesPerHour: 5, digestAfterMs: 120_000 }, 3_600_000, 'ja', 'Asia/Tokyo']);
    assert.deepEqual(warnings, []);
  });

  test('stands in the schema for editors', () => {
    const properties = JSON.stringify(configJsonSchema(plugins)['properties']);
    for (const key of ['route', 'receivers', 'inhibit', 'muteTimes', 'caps', 'resolveAfter', 'locale', 'timeZone', 'groupWait', 'activeTimes']) assert.ok(properties.includes(`"${key}":`), key);
  });
});

const wrong: readonly [title: string, text: string, sentence: string][] = [
  ['a receiver that is not there', 'route: { receiver: wbhook }\n', 'f.yaml:2, route.receiver: there is no receiver wbhook; did you mean webhook?'],
  ['a receiver of a deep route', 'route: { routes: [{ routes: [{ receiver: x }] }] }\n', 'f.yaml:2, route.routes[0].routes[0].receiver: there is no receiver x; there are webhook, default.'],
  ['an output that is not there', 'receivers: { team: { outputs: [webhook, wehbook] } }\n', 'f.yaml:2, receivers.team.outputs[1]: there is no output wehbook; did you mean webhook?'],
  ['a receiver without outputs', 'receivers: { team: { outputs: [] } }\n', 'f.yaml:2, receivers.team.outputs: expected at least 1 entries, found a list.'],
  ['an option of a receiver', 'receivers: { team: { outputs: [webhook], sendResolvd: true } }\n', 'f.yaml:2, receivers.team.sendResolvd: there is no option sendResolvd; did you mean sendResolved?'],
  ['a label that is not there', "route: { routes: [{ matchers: ['servce=a'] }] }\n", 'f.yaml:2, route.routes[0].matchers[0]: there is no label servce; did you mean service?'],
  ['a pattern that could run away', "route: { routes: [{ matchers: ['service=~\"(a*)*\\\\1\"'] }] }\n", 'f.yaml:2, route.routes[0].matchers[0]: the pattern "(a*)*\\\\1" is refused: it refers back to a group, which cannot be done in steady time.'],
  ['a label to group by', 'route: { groupBy: [servise] }\n', 'did you mean service?'],
  ['... beside other labels', "route: { groupBy: ['...', service] }\n", 'f.yaml:2, route.groupBy: expected ... alone, for it stands for all labels.'],
  ['matchers at the root', 'route: { matchers: [severity=high] }\n', 'f.yaml:2, route.matchers: there is no option matchers'],
  ['routes without end', `route: ${'{ routes: [ '.repeat(12)}${' ] }'.repeat(12)}\n`, 'expected routes at most 8 deep.'],
  ['a mute time that is not there', 'route: { routes: [{ muteTimes: [nigths] }] }\nmuteTimes: { nights: [{ weekdays: [sunday] }] }\n', 'f.yaml:2, route.routes[0].muteTimes[0]: there is no mute time nigths; did you mean nights?'],
  ['a night in one piece', "muteTimes: { nights: [{ times: [{ start: '22:00', end: '06:00' }] }] }\n", 'f.yaml:2, muteTimes.nights[0].times[0]: expected an end after the start; a night is two times, to 24:00 and from 00:00.'],
  ['a time that is none', "muteTimes: { nights: [{ times: [{ start: '25:00', end: '24:00' }] }] }\n", 'expected a time such as 08:30 or 24:00, found "25:00".'],
  ['days that run backwards', 'muteTimes: { nights: [{ weekdays: [friday:monday] }] }\n', 'f.yaml:2, muteTimes.nights[0].weekdays[0]: expected days such as monday:friday or sunday, found "friday:monday".'],
  ['a day of no month', 'muteTimes: { nights: [{ daysOfMonth: [0] }] }\n', 'expected days such as 1:7 or -1, found "0".'],
  ['a time zone that does not exist', 'timeZone: Europe/Berln\n', 'f.yaml:2, timeZone: there is no time zone "Europe/Berln"; did you mean Europe/Berlin?'],
  ['a location that does not exist', "muteTimes: { n: [{ location: 'Mars/Olympus' }] }\n", 'there is no time zone "Mars/Olympus"'],
  ['an offset as a time zone', "timeZone: '+09:00'\n", 'there is no time zone "+09:00"; expected one such as Europe/Berlin.'],
  ['a cap of nothing', 'caps: { messagesPerHour: 0 }\n', 'f.yaml:2, caps.messagesPerHour: expected at least 1, found 0.'],
  ['a wait that is no duration', 'route: { groupWait: soon }\n', 'f.yaml:2, route.groupWait: expected a duration such as 30s, 10m, 24h or 7d, found "soon".'],
  ['a language', 'locale: jp\n', 'f.yaml:2, locale: expected one of en, ja, found "jp"'],
  ['a rule that explains everything', 'inhibit: { rules: [{ source: [], target: [severity=low] }] }\n', 'f.yaml:2, inhibit.rules[0].source: expected at least 1 entries, found a list.'],
];

describe('a fault names path and cure', () => {
  for (const [title, text, sentence] of wrong) {
    test(title, () => {
      const { message } = refusal(sinks + text);
      assert.ok(message.replaceAll('fargazer.yaml', 'f.yaml').includes(sentence), message);
    });
  }
});

describe('a warning tells', () => {
  const warningsOf = (text: string): string[] => loadConfig(sinks + text, 'f', plugins).warnings;

  test('a route behind one that takes all of its alerts', () => {
    assert.deepEqual(warningsOf("route: { routes: [{ matchers: ['service=~\"a.*\"'] }, { matchers: [service=ab, severity=low] }, { matchers: [service=b] }] }\n"), [
      'route.routes[1]: no alert can come here, for route.routes[0] takes them all before; move it up, or say continue: true there.',
    ]);
    assert.equal(warningsOf('route: { routes: [{}, { matchers: [service=b] }] }\n').length, 1);
    assert.deepEqual(warningsOf('route: { routes: [{ continue: true }, { matchers: [service=b] }] }\n'), []);
  });

  test('matchers that never hold together', () => {
    assert.deepEqual(warningsOf('route: { routes: [{ matchers: [service=a], routes: [{ matchers: [service=b] }] }] }\n'), ['route.routes[0].routes[0]: no alert can come here, for service="a" and service="b" never hold together.']);
  });

  test('a repeat that is shorter than its interval', () => {
    assert.match(warningsOf('route: { groupInterval: 10m, repeatInterval: 1m }\n').join(), /groupInterval is what counts/);
  });
});
