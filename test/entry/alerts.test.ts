/** What `fargazer alerts` does with a state: why, list, silence, and which way a finding would go. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FargazerError, type Alert, type AlertingSettings, type Silence, type Store } from '../../src/contract/index.ts';
import { Pipeline } from '../../src/alerting/pipeline.ts';
import { defaultConfig, loadConfig } from '../../src/config/index.ts';
import { plugins } from '../../src/entry/plugins.ts';
import { alerts as program } from '../../src/entry/alerts.ts';
import { openAlerts } from '../../src/entry/program/alerts/open.ts';
import { addSilence, applySilences, expireSilence, silencesIn } from '../../src/entry/program/alerts/silences.ts';
import { wayOf } from '../../src/entry/program/alerts/way.ts';
import { whyAlert } from '../../src/entry/program/alerts/why.ts';
import { openWalk } from '../../src/entry/program/engine.ts';
import { embeddedStore } from '../../src/stores/embedded/index.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';
import { alertOf, hour, matchers, minute, settings, startMs } from '../alerting/pipeline/making.ts';

/** Saves a step with these alerts, decided of up to a release time; later ones wait. */
async function decided(store: Store, alerts: readonly Alert[], untilMs: number, waiting: readonly Alert[] = [], own: AlertingSettings = settings()): Promise<Pipeline> {
  const { walk, checkpoint } = await openWalk(defaultConfig(plugins), { teaching: {} }, store);
  const pipeline = new Pipeline(own);
  pipeline.take(alerts.map((alert, place) => ({ number: place + 1, alert })));
  const notifications = pipeline.walkTo(untilMs).map(({ notification }) => notification);
  assert.ok(await checkpoint.save(walk, { alerts: [...alerts, ...waiting], notifications, alerting: pipeline.pack() }));
  return pipeline;
}

async function refused(work: Promise<unknown>, code: string): Promise<string> {
  const error: unknown = await work.then(() => undefined, (thrown: unknown) => thrown);
  assert.ok(error instanceof FargazerError, String(error));
  assert.equal(error.code, code);
  return error.message;
}

const shell = alertOf('aaaa1111bbbb2222', { title: 'checkout opened a shell', detector: 'new-process', severity: 'medium' });
const egress = alertOf('cccc3333dddd4444', { atMs: minute, title: 'checkout sent 41 MB', attack: ['T1048'] });
const other = alertOf('eeee5555ffff6666', { atMs: 2 * minute, entity: { name: 'search', instance: 'f'.repeat(32) }, severity: 'low' });

test('why tells every decision in order, with the incident, from the state alone', async () => {
  const store = memoryStore();
  const pipeline = await decided(store, [shell, egress], startMs + 10 * minute);
  const story = await whyAlert(store, shell.id);
  assert.equal(story.title, 'checkout opened a shell');
  assert.equal(story.standing, 'open');
  assert.equal(story.incident, pipeline.incidentOf(shell.id));
  assert.deepEqual(story.decisions, pipeline.decisionsOf(shell.id));
  assert.deepEqual(story.decisions.slice(0, 2).map(({ stage }) => stage), ['incident', 'route']);
  assert.ok(story.decisions.some(({ stage }) => stage === 'deduplicate'));
});

test('why takes the beginning of an id where only one begins so', async () => {
  const store = memoryStore();
  await decided(store, [shell, alertOf('aaaa1111cccc2222', { entity: { name: 'b', instance: '' } })], startMs + minute);
  assert.equal((await whyAlert(store, 'aaaa1111b')).id, shell.id);
  assert.match(await refused(whyAlert(store, 'aaaa1111'), 'alert-unknown'), /2 alerts begin with "aaaa1111"; write more/);
  assert.match(await refused(whyAlert(store, 'aaa'), 'alert-unknown'), /there is no alert "aaa"/);
  assert.match(await refused(whyAlert(store, '9'.repeat(500)), 'alert-unknown'), /fargazer alerts list/);
});

test('why knows what waits, what is over, and who gave it up', async () => {
  const store = memoryStore();
  await decided(store, [shell], startMs + 40 * minute, [other]);
  await store.commit({ key: 'delivery/webhook', value: { version: 1, through: 1, deadLetters: [{ id: shell.id, revision: 1, code: 'gone', atMs: startMs }], givenUp: 1, attempts: 0, retryAtMs: 0 }, expected: undefined });
  assert.equal((await whyAlert(store, other.id)).standing, 'waiting');
  const story = await whyAlert(store, shell.id);
  assert.equal(story.standing, 'over');
  assert.deepEqual(story.givenUp, [{ output: 'webhook', code: 'gone', atMs: startMs, revision: 1 }]);
});

test('list shows open incidents, the gravest first, with the alerts in them in order and what silences them', async () => {
  const store = memoryStore();
  await decided(store, [other, egress, shell], startMs + 10 * minute, [alertOf('9999', {})]);
  await addSilence(store, { matchers: matchers('service=search'), author: 'mika', reason: 'known', startsMs: startMs, endsMs: startMs + hour }, startMs);
  const { incidents, waiting, walkedMs } = await openAlerts(store, startMs + minute, false);
  assert.equal(walkedMs, startMs + 10 * minute);
  assert.equal(waiting, 1);
  assert.deepEqual(incidents.map(({ alerts }) => alerts.map(({ id }) => id)), [[shell.id, egress.id], [other.id]]);
  assert.ok(incidents.every(({ isOpen }) => isOpen));
  assert.equal(incidents[0]?.alerts[0]?.silence, undefined);
  assert.equal(incidents[1]?.alerts[0]?.silence, (await silencesIn(store))[0]?.id);
});

test('list leaves out what is over, unless all is asked for', async () => {
  const store = memoryStore();
  await decided(store, [shell], startMs + 31 * minute);
  assert.deepEqual((await openAlerts(store, startMs, false)).incidents, []);
  assert.deepEqual((await openAlerts(store, startMs, true)).incidents.map(({ isOpen }) => isOpen), [false]);
});

test('a state in which nothing was decided says so', async () => {
  const store = memoryStore();
  assert.deepEqual(await openAlerts(store, startMs, false), { incidents: [], walkedMs: undefined, waiting: 0 });
  await refused(whyAlert(store, shell.id), 'alert-unknown');
});

const request = { matchers: matchers('service=checkout'), author: 'mika', reason: 'a load test', startsMs: startMs, endsMs: startMs + hour };

test('a silence is kept once, whoever adds it at the same moment, and expires by the beginning of its id', async () => {
  const store = memoryStore();
  const [first] = await Promise.all([addSilence(store, request, startMs), addSilence(store, request, startMs), addSilence(store, { ...request, reason: 'another' }, startMs)]);
  assert.equal((await silencesIn(store)).length, 2);
  const ended = await expireSilence(store, first!.id.slice(0, 8), startMs + minute);
  assert.deepEqual([ended.id, ended.endsMs], [first!.id, startMs + minute]);
  assert.match(await refused(expireSilence(store, 'ffffffff', startMs), 'alert-unknown'), /there is no silence that begins with "ffffffff"/);
});

test('a silence without end, reason, author or a matcher that narrows is refused', async () => {
  const store = memoryStore();
  for (const wrong of [{ endsMs: undefined }, { endsMs: Infinity }, { endsMs: startMs }, { endsMs: startMs + 400 * 24 * hour }, { author: ' ' }, { reason: '' }, { matchers: [] }, { matchers: matchers('service=~.*') }, { matchers: matchers('service!=x') }]) {
    await refused(addSilence(store, { ...request, ...wrong }, startMs), 'usage');
  }
  assert.deepEqual(await silencesIn(store), []);
});

test('a silence that has not begun is expired for good', async () => {
  const store = memoryStore();
  const { id } = await addSilence(store, { ...request, startsMs: startMs + hour, endsMs: startMs + 2 * hour }, startMs);
  const ended = await expireSilence(store, id, startMs);
  assert.equal(ended.endsMs, ended.startsMs);
});

test('what ended a day ago goes with the next change', async () => {
  const store = memoryStore();
  await addSilence(store, request, startMs);
  await addSilence(store, { ...request, startsMs: startMs + 26 * hour, endsMs: startMs + 27 * hour }, startMs + 26 * hour);
  assert.deepEqual((await silencesIn(store)).map(({ startsMs }) => startsMs), [startMs + 26 * hour]);
});

test('silences have a bound in number and in bytes', async () => {
  const store = memoryStore();
  const long = { ...request, matchers: Array.from({ length: 20 }, (_, at) => ({ name: 'object' as const, operator: '=' as const, value: `${at} ${'x'.repeat(1_900)}` })) };
  let added = 0;
  await assert.rejects(async () => {
    for (; added < 20; added += 1) await addSilence(store, { ...long, reason: `reason ${added}` }, startMs);
  }, /no room for more silences/);
  assert.ok(added >= 5);
  const many = memoryStore();
  const [base] = [await addSilence(many, request, startMs)];
  const item = await many.item('silences');
  await many.commit({ key: 'silences', expected: item!.version, value: { version: 1, silences: Array.from({ length: 1_000 }, (_, at) => ({ ...base, id: String(at).padStart(16, '0') })) as never } });
  await assert.rejects(addSilence(many, { ...request, reason: 'one more' }, startMs), /1000 silences already/);
});

test('what is damaged silences nothing, and what is newer is refused', async () => {
  const store = memoryStore();
  await store.commit({ key: 'silences', expected: undefined, value: { version: 1, silences: [null, 7, { id: 'x' }, { id: 'y', author: 'a', reason: 'b', startsMs: 0, endsMs: 9e15, matchers: [] }, { id: 'z', author: 'a', reason: 'b', startsMs: 0, endsMs: 9e15, matchers: [{ name: 'nobody', operator: '=', value: 'x' }] }] } });
  assert.deepEqual(await silencesIn(store), []);
  const newer = memoryStore();
  await newer.commit({ key: 'silences', expected: undefined, value: { version: 2, silences: [] } });
  await refused(silencesIn(newer), 'state-newer');
});

test('a pipeline takes silences over, and what is expired holds no more', async () => {
  const store = memoryStore();
  const { id } = await addSilence(store, request, startMs);
  const pipeline = new Pipeline(settings());
  applySilences(pipeline, await silencesIn(store));
  pipeline.take([{ number: 1, alert: egress }]);
  assert.deepEqual(pipeline.walkTo(startMs + 3 * minute), []);
  assert.ok(pipeline.decisionsOf(egress.id).some(({ stage, detail }) => stage === 'silence' && detail?.startsWith(id) === true));
  await expireSilence(store, id, startMs + 4 * minute);
  applySilences(pipeline, await silencesIn(store));
  assert.deepEqual(pipeline.walkTo(startMs + 12 * minute).map(({ notification }) => notification.reason), ['first notification']);
});

test('a pipeline is not given again what ended long ago', () => {
  const pipeline = new Pipeline(settings());
  pipeline.walkTo(startMs + 3 * hour);
  const ended: Silence = { id: 'a'.repeat(16), ...request };
  applySilences(pipeline, [ended]);
  assert.deepEqual(pipeline.silences(), []);
});

const routed = (): AlertingSettings => loadConfig(`
sinks: { slack: https://hooks.slack.com/x, pagerduty: ${'a'.repeat(32)} }
receivers: { night: { outputs: [pagerduty] } }
muteTimes: { always: [{}], never: [{ years: ['1999'] }] }
route:
  receiver: slack
  routes:
    - { matchers: ['severity=~"high|critical"'], receiver: night, continue: true, groupBy: [service, object], groupWait: 10s }
    - { matchers: ['service=checkout'], muteTimes: [always] }
    - { matchers: ['service=search'], activeTimes: [never], receiver: pagerduty }
`, 'fargazer.yaml', plugins, {}).alerting;

test('a finding shows its ways: path, receiver, outputs, grouping, and what is silent now', () => {
  const [first] = wayOf(JSON.stringify(egress), 'alert.json', routed(), startMs);
  assert.equal(first?.title, egress.title);
  assert.deepEqual(first?.ways.map(({ path, receiver, outputs, muted }) => [path, receiver, outputs, muted]), [['route.routes[0]', 'night', ['pagerduty'], undefined], ['route.routes[1]', 'slack', ['slack'], 'always']]);
  assert.deepEqual(first?.ways[0]?.group, { object: egress.object, service: 'checkout' });
  assert.equal(first?.ways[0]?.waitMs, 10_000);
});

test('a finding may be written by hand, in a list or one a line', () => {
  const search = { detector: 'x', severity: 'low', entity: { name: 'search' } };
  const lines = `${JSON.stringify(search)}\n\n${JSON.stringify({ detector: 'y' })}\n`;
  for (const content of [lines, JSON.stringify([search, { detector: 'y' }])]) {
    const ways = wayOf(content, 'f.json', routed(), startMs);
    assert.deepEqual(ways.map(({ title, ways: [way] }) => [title, way?.path, way?.muted]), [['x of search', 'route.routes[2]', 'outside never'], ['y of nobody named', 'route', undefined]]);
  }
});

test('a finding that is none is refused with its place', () => {
  for (const [content, sentence] of [
    ['', /there is no finding in it/], ['[]', /there is no finding in it/], ['{\n', /f\.json:1: this is no JSON/], ['{"detector":"x"}\nnot\n', /f\.json:2: this is no JSON/], ['7', /f\.json: the whole: expected an object/],
    ['{"severity":"high"}', /f\.json: detector: expected text/], ['[{"detector":"x"},{"detector":"x","severity":"hihg"}]', /finding 2, severity: expected one of low, medium, high, critical/], [`[${'{"detector":"x"},'.repeat(1_000)}{"detector":"x"}]`, /at most 1000 findings/],
  ] as const) {
    assert.throws(() => wayOf(content, 'f.json', routed(), startMs), (error: unknown) => error instanceof FargazerError && error.code === 'usage' && sentence.test(error.message), content.slice(0, 40));
  }
});

test('in a folder of state, commands of one process follow each other', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-alerts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const store = embeddedStore(join(folder, 'state'));
  await decided(store, [shell, egress], startMs + 10 * minute);
  await store.close();
  const place = { config: defaultConfig(plugins), stateDir: join(folder, 'state') };
  assert.equal((await program.list(place, false)).incidents.length, 1);
  assert.equal((await program.why(place, shell.id.slice(0, 6))).id, shell.id);
  const silence = await program.silence(place, { matchers: matchers('service=checkout'), author: 'mika', reason: 'known', forMs: hour });
  assert.equal(silence.endsMs - silence.startsMs, hour);
  assert.deepEqual(await program.silences(place), [silence]);
  assert.ok((await program.expire(place, silence.id)).endsMs <= Date.now());
  writeFileSync(join(folder, 'alert.json'), JSON.stringify(egress));
  assert.equal((await program.route(place.config, join(folder, 'alert.json')))[0]?.id, egress.id);
  await refused(program.route(place.config, join(folder, 'none.json')), 'path-missing');
  await refused(program.route(place.config, folder), 'path-unreadable');
  await refused(program.list({ config: defaultConfig(plugins) }, false), 'config-invalid');
});
