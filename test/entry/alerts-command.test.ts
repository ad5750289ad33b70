/** `fargazer alerts` on the command line: what is asked of the program, what is printed, and the exit status. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FargazerError, type Silence } from '../../src/contract/index.ts';
import { defaultConfig, loadConfig } from '../../src/config/index.ts';
import type { AlertsProgram, RedeliveryRow } from '../../src/entry/cli/alerts-program.ts';
import type { Program } from '../../src/entry/cli/program.ts';
import { plugins } from '../../src/entry/plugins.ts';
import { standIn, tell } from './stand-in.ts';

const config = defaultConfig({ detectors: new Map() });
const atMs = Date.UTC(2026, 2, 3, 3, 12);

function program(changes: Partial<AlertsProgram>): Program {
  const plain = standIn();
  return { ...plain, config: () => config, liveConfig: () => config, alerts: { ...plain.alerts, ...changes } };
}

test('list tells incidents with their alerts, marks, and how far was decided', async () => {
  const asked: unknown[] = [];
  const { status, out, err } = await tell(['alerts', 'list', '--state', 'dir'], program({
    list: async ({ stateDir }, isAll) => {
      asked.push(stateDir, isAll);
      return {
        incidents: [{
          id: '0123456789abcdef', severity: 'critical', isOpen: true, firstMs: atMs, lastMs: atMs, alertCount: 3,
          alerts: [
            { id: 'aaaa1111bbbb2222', isOpen: true, severity: 'medium', detector: 'new-process', service: 'checkout', firstSeenMs: atMs, title: 'checkout opened a \u001b[31mshell\u202e' },
            { id: 'cccc3333dddd4444', isOpen: false, severity: 'high', detector: 'egress-volume', service: 'checkout', firstSeenMs: atMs, silence: 'ffff0000ffff0000' },
          ],
        }],
        walkedMs: atMs, waiting: 2,
      };
    },
  }));
  assert.deepEqual([status, err, asked], [0, '', ['dir', false]]);
  assert.equal(out, `critical  incident 0123456789ab  since 2026-03-03 03:12 UTC, 3 alerts
  aaaa1111bbbb  checkout opened a ␛[31mshell\ufffd
  cccc3333dddd  egress-volume of checkout (over, silenced by ffff0000ffff)
  and 1 alert more

Decided up to 2026-03-03 03:12 UTC; 2 alerts wait.
`);
});

test('list of nothing says so', async () => {
  const { out } = await tell(['alerts', 'list', '--all'], program({ list: async () => ({ incidents: [], walkedMs: undefined, waiting: 0 }) }));
  assert.equal(out, 'No incident is remembered.\n\nNothing was decided yet: alerts are grouped and told by live runs.\n');
});

test('why tells decisions in order, and how to send again what was given up', async () => {
  const { status, out } = await tell(['alerts', 'why', 'aaaa1111'], program({
    why: async (_place, id) => ({
      id: `${id}bbbb2222`, title: 'checkout opened a shell', incident: '0123456789abcdef', standing: 'open',
      decisions: [
        { timeMs: atMs, lastMs: atMs, times: 1, stage: 'route', reason: 'to people', detail: 'route.routes[1]' },
        { timeMs: atMs, lastMs: atMs + 600_000, times: 3, stage: 'mute', reason: 'muted', detail: 'nights' },
      ],
      givenUp: [{ output: 'slack', code: 'gone', atMs, revision: 1 }],
    }),
  }));
  assert.equal(status, 0);
  assert.equal(out, `checkout opened a shell
Alert aaaa1111bbbb2222, incident 0123456789abcdef. It is open.

2026-03-03 03:12  route  to people: route.routes[1]
2026-03-03 03:12  mute   muted: nights (3 times, last 2026-03-03 03:22)
2026-03-03 03:12  slack did not take revision 1 (gone), and it was given up.
  Once that is mended: fargazer alerts redeliver --sink slack
`);
});

test('an alert that nobody knows ends with 1 and the sentence', async () => {
  const { status, out, err } = await tell(['alerts', 'why', 'x'], program({ why: async () => { throw new FargazerError('alert-unknown', 'dir: there is no alert "x".'); } }));
  assert.deepEqual([status, out, err], [1, '', 'dir: there is no alert "x".\n']);
});

test('route shows each way', async () => {
  const { out } = await tell(['alerts', 'route', '--finding', 'f.json'], program({
    route: async (_config, file) => [{
      id: '', title: file,
      ways: [
        { path: 'route.routes[0]', receiver: 'night', outputs: ['pagerduty', 'slack'], grouped: ['service', 'task'], group: { service: 'checkout' }, waitMs: 10_000, repeatMs: 14_400_000, muted: 'weekend' },
        { path: 'route', receiver: 'default', outputs: [], grouped: ['...'], group: {}, waitMs: 0, repeatMs: 1_000 },
      ],
    }],
  }));
  assert.equal(out, `f.json
  route.routes[0]: to night (pagerduty, slack)
    grouped by service=checkout, task; first told after 10s, again every 4h
    silent now: weekend
  route: to default (no output)
    grouped by every label; first told after 0s, again every 1s
`);
});

const silence: Silence = { id: 'ffff0000ffff0000', matchers: [{ name: 'service', operator: '=', value: 'check"out' }], author: 'mika', reason: 'load test', startsMs: Date.now() - 60_000, endsMs: Date.now() + 3_600_000 };

test('silence add hands over matchers, end, author and reason', async () => {
  const asked: unknown[] = [];
  const { status, out } = await tell(['alerts', 'silence', 'add', 'service=checkout', 'severity=~"low|medium"', '--for', '2h', '--author', 'mika', '--reason', 'load test', '--starts', '2026-03-03T03:12Z'], program({
    silence: async (_place, order) => {
      asked.push(order);
      return silence;
    },
  }));
  assert.equal(status, 0);
  assert.deepEqual(asked, [{ matchers: [{ name: 'service', operator: '=', value: 'checkout' }, { name: 'severity', operator: '=~', value: 'low|medium' }], author: 'mika', reason: 'load test', forMs: 7_200_000, startsMs: atMs }]);
  assert.match(out, /^Silenced: ffff0000ffff0000 {2}service="check\\"out" {2}until \d{4}-\d\d-\d\d \d\d:\d\d UTC; mika: load test\n$/);
});

const wrong: readonly [title: string, words: string[], says: RegExp][] = [
  ['no end', ['service=x', '--author', 'a', '--reason', 'r'], /the option .*--for.* is missing/],
  ['no author', ['service=x', '--for', '1h', '--reason', 'r'], /--author.* is missing/],
  ['no reason', ['service=x', '--for', '1h', '--author', 'a'], /--reason.* is missing/],
  ['no matcher', ['--for', '1h', '--author', 'a', '--reason', 'r'], /MATCHERS is missing/],
  ['an unknown label', ['servic=x', '--for', '1h', '--author', 'a', '--reason', 'r'], /there is no label servic; did you mean service\?/],
  ['a text that is no matcher', ['checkout', '--for', '1h', '--author', 'a', '--reason', 'r'], /expected a matcher such as/],
  ['a pattern that could take for ever', ['service=~(a+)+b\\1', '--for', '1h', '--author', 'a', '--reason', 'r'], /the pattern .* is refused/],
  ['a silence for ever', ['service=x', '--for', 'ever', '--author', 'a', '--reason', 'r'], /expected a duration such as/],
];
for (const [title, words, says] of wrong) {
  test(`silence add refuses ${title} with 2, before anything is asked`, async () => {
    const { status, out, err } = await tell(['alerts', 'silence', 'add', ...words], program({}));
    assert.deepEqual([status, out], [2, '']);
    assert.match(err, says);
  });
}

test('silence list puts those that hold first; expire says what ended', async () => {
  const now = Date.now();
  const ended = { ...silence, id: 'aaaa', endsMs: now - 1 };
  const coming = { ...silence, id: 'bbbb', startsMs: now + 60_000 };
  const listed = await tell(['alerts', 'silence', 'list'], program({ silences: async () => [ended, coming, silence] }));
  assert.deepEqual(listed.out.split('\n').map((line) => line.slice(0, 13).trim()), ['holds    ffff', 'to come  bbbb', 'ended    aaaa', '']);
  assert.equal((await tell(['alerts', 'silence', 'list'], program({ silences: async () => [] }))).out, 'There are no silences.\n');
  assert.match((await tell(['alerts', 'silence', 'expire', 'aaaa'], program({ expire: async () => ended }))).out, /^Ended: aaaa .* ended \d{4}/);
});

test('groups that are named alone show their help', async () => {
  for (const words of [['alerts'], ['alerts', 'silence']]) {
    const { status, out, err } = await tell(words, program({}));
    assert.deepEqual([status, err], [0, '']);
    assert.match(out, /Commands:/);
  }
});

test('redeliver tells what came of each output, and ends with 1 where something is left', async () => {
  const row = (changes: Partial<RedeliveryRow>): RedeliveryRow => ({ output: 'slack', delivered: 0, superseded: 0, lost: 0, failed: 0, skipped: 0, ...changes });
  const ask = (rows: RedeliveryRow[], words: string[] = []) => tell(['alerts', 'redeliver', ...words], program({
    redeliver: async (_place, { sink }) => rows.map((one) => ({ ...one, output: sink ?? one.output })),
  }));
  assert.deepEqual(await ask([row({}), row({ output: 'webhook', delivered: 2, superseded: 1 })]), { status: 0, out: 'slack: no dead letters.\nwebhook: 2 sent again; 1 left out, for their messages have gone on since.\n', err: '' });
  const failed = await ask([row({ failed: 1, skipped: 4, firstFailure: { message: 'Slack is down.', isForAll: true } })], ['--sink', 'teams']);
  assert.deepEqual([failed.status, failed.out.replace(/\s+/g, ' ')], [1, 'teams: 0 sent again; 1 failed; 4 not tried after that. The first failure: Slack is down. ']);
  assert.equal((await ask([row({ lost: 1 })])).status, 1);
});

test('test tells every answer as it comes, and ends with 1 where one did not take it', async () => {
  const { status, out } = await tell(['alerts', 'test', '--sink', 'slack'], program({
    test: async (_config, { sink, onRow }) => {
      const rows = [{ output: sink ?? '', isDelivered: true, says: 'took the test', tookMs: 12 }, { output: 'teams', isDelivered: false, says: 'No answer.', code: 'timeout', tookMs: 5 }];
      rows.forEach(onRow);
      return rows;
    },
  }));
  assert.deepEqual([status, out], [1, 'ok    slack took the test (12 ms).\nfail  teams: No answer. (timeout)\n']);
});

test('config check counts the secrets that are read at the start, and says what is hardly meant', async () => {
  const read = loadConfig('sinks: { slack: "ssm:/slack", pagerduty: "file:/run/pd" }\nroute: { routes: [{ receiver: slack }, { receiver: pagerduty }] }\n', 'f.yaml', plugins, {});
  const { status, out } = await tell(['config', 'check', 'f.yaml'], { ...program({}), config: () => read });
  assert.equal(status, 0);
  assert.match(out, /2 secrets read at the start/);
  assert.match(out, /\nf\.yaml, route\.routes\[1\]: no alert can come here/);
});
