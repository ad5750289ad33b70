/** Identity: how `privilege-change` does on recordings of attacks on AWS accounts and Kubernetes clusters. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Alert, ApiActivity, ApiCall, JsonObject, JsonValue } from '#contract';
import { seenSet } from '#baselines';
import { privilegeChange } from '../detectors/privilege-change/detector.ts';
import { actOf } from '../detectors/privilege-change/acts.ts';
import { cloudTrail } from '../src/decode/cloudtrail.ts';
import { joinPieces } from '../src/decode/log/join-pieces.ts';
import { kubernetesAudit } from '../src/decode/kubernetes-audit.ts';
import { engineSettings, type Teaching } from '../src/engine/settings.ts';
import { Walk } from '../src/engine/run.ts';
import { newState, type WalkState } from '../src/engine/state.ts';
import { newRecent } from '../detectors/privilege-change/recent.ts';
import { printFigures, type Figure } from './figure.ts';

const dayMs = 86_400_000;
/** Teaching lies this far before what is judged. */
const weekMs = 7 * dayMs;

type Trail = JsonObject & { eventID: string; eventTime: string };

interface Label {
  eventID: string;
  run: string | null;
  kind: 'attack' | 'attack-role' | 'setup';
}

function trailsOf(path: string): Trail[] {
  const text = readFileSync(path, 'utf8');
  const value = path.endsWith('.ndjson') ? text.trim().split('\n').map((line) => JSON.parse(line) as JsonValue) : (JSON.parse(text) as JsonValue);
  const records = Array.isArray(value) ? value : ((value as JsonObject)['Records'] as JsonValue[]);
  return (records as Trail[]).map((record) => masked(record));
}

/** Tools name themselves in the user agent; no detector may profit from it. */
function masked(record: Trail): Trail {
  const text = JSON.stringify({ ...record, userAgent: 'masked' }).replace(/stratus[-_ ]?red[-_ ]?team/gi, 'masked').replace(/stratus/gi, 'masked');
  return JSON.parse(text) as Trail;
}

function moved(records: readonly Trail[], byMs: number): Trail[] {
  return records.map((record) => ({
    ...record,
    eventID: `${record.eventID}-moved`,
    eventTime: new Date(Date.parse(record.eventTime) + byMs).toISOString(),
  }));
}

function walk(records: readonly JsonObject[], teaching: Teaching, state: WalkState = newState(), decoder = cloudTrail): { alerts: Alert[]; state: WalkState } {
  const settings = engineSettings({ detectors: [{ detector: privilegeChange as never, options: privilegeChange.options.parse({}) }], teaching });
  const run = decoder.open({});
  const engine = new Walk(settings, joinPieces, state);
  for (const [index, value] of records.entries()) {
    const decoded = run.decode({ text: JSON.stringify(value), value, origin: { file: 'records', record: index } });
    if ('events' in decoded) for (const event of decoded.events) engine.gate.take(event);
  }
  engine.beginTeaching();
  engine.finish();
  return { alerts: state.episodes.alerts(Infinity, false), state };
}

function principalOf(record: JsonObject): string {
  const decoded = cloudTrail.open({}).decode({ text: '', value: record, origin: { file: '' } });
  const [event] = 'events' in decoded ? (decoded.events as ApiActivity[]) : [];
  return event?.actor.principal ?? '';
}

interface Scored {
  runs: number;
  /** Runs with an alert that shows one of their records. */
  shown: string[];
  /** Runs with an alert of the principal of one of their records, at its time. */
  touched: string[];
  missed: string[];
  alerts: Alert[];
  /** Alerts that show no labelled record. */
  unlabelled: Alert[];
}

function score(alerts: Alert[], records: readonly Trail[], labels: readonly Label[]): Scored {
  const attack = new Map(labels.filter(({ kind }) => kind !== 'setup').map((label) => [label.eventID, label]));
  const byRun = new Map<string, Trail[]>();
  for (const record of records) {
    const run = attack.get(record.eventID)?.run;
    if (run !== undefined && run !== null) byRun.set(run, [...(byRun.get(run) ?? []), record]);
  }
  const runs = [...byRun].filter(([, own]) => own.some((record) => record['eventName'] !== 'DescribeAccountAttributes'));
  const ids = alerts.map((alert) => new Set(alert.evidence.records.map(({ eventId }) => eventId)));
  const isTouched = (record: Trail): boolean => {
    const timeMs = Date.parse(record.eventTime);
    const principal = principalOf(record).replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, '');
    return alerts.some((alert) => alert.entity.name === principal && Date.parse(alert.firstSeen) <= timeMs && timeMs <= Date.parse(alert.lastSeen));
  };
  const shown = runs.filter(([, own]) => own.some(({ eventID }) => ids.some((set) => set.has(eventID)))).map(([run]) => run);
  const touched = runs.filter(([, own]) => own.some(isTouched)).map(([run]) => run);
  return {
    runs: runs.length,
    shown,
    touched,
    missed: runs.filter(([run]) => !shown.includes(run)).map(([run, own]) => `${run.slice(0, 8)} ${[...new Set(own.map((record) => `${String(record['eventName'])} ${String(record['errorCode'] ?? '')}`))].join(', ')}`),
    alerts,
    unlabelled: alerts.filter((_, at) => ![...ids[at]!].some((id) => id !== undefined && attack.has(id))),
  };
}

export interface Identity {
  invictus: Scored;
  shortLearning: Alert[];
  stratus: { file: string; alerts: Alert[] }[];
  ordinary: Alert[];
  usedInWild: { known: number; all: number; unknown: string[] };
  panther: Record<string, { caught: number; expected: number; loud: number; quiet: number; unread: number; missed: string[]; wrong: string[] }>;
  falco: { file: string; expected: string[]; alerts: string[] }[];
}

export function measure(data: string): Identity {
  const folder = join(data, 'cloudtrail-invictus');
  const records = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'labels.json').flatMap((name) => trailsOf(join(folder, name)));
  const { labels } = JSON.parse(readFileSync(join(folder, 'labels.json'), 'utf8')) as { labels: Label[] };
  const attack = new Set(labels.filter(({ kind }) => kind !== 'setup').map(({ eventID }) => eventID));
  const { state } = walk(moved(records.filter(({ eventID }) => !attack.has(eventID)), -weekMs), { only: true });
  const invictus = score(walk(records, {}, state).alerts, records, labels);
  const shortLearning = walk(records, { forMs: 600_000 }).alerts;

  const ordinary = trailsOf(join(data, 'opensearch-catalog/aws_cloudtrail/records.ndjson'));
  const stratus = readdirSync(join(data, 'cloudtrail-stratus')).filter((name) => name.endsWith('.json')).map((file) => {
    const own = trailsOf(join(data, 'cloudtrail-stratus', file));
    const first = Math.min(...own.map(({ eventTime }) => Date.parse(eventTime)));
    const last = Math.max(...ordinary.map(({ eventTime }) => Date.parse(eventTime)));
    const taught = walk(moved(ordinary, first - last - dayMs), { only: true });
    return { file: basename(file, '.json'), alerts: walk(own, {}, taught.state).alerts };
  });
  const half = Math.floor(ordinary.length / 2);
  const taught = walk(ordinary.slice(0, half), { only: true });
  return {
    invictus,
    shortLearning,
    stratus,
    ordinary: walk(ordinary.slice(half), {}, taught.state).alerts,
    usedInWild: wild(join(data, 'traildiscover')),
    panther: Object.fromEntries(['cloudtrail', 'kubernetes', 'eks'].map((name) => [name, panther(join(data, 'panther-tests', `${name}.jsonl`), name)])),
    falco: falco(join(data, 'falco-k8s-audit')),
  };
}

const wrongTactics = /Credential Access|Defense Evasion|Privilege Escalation|Persistence/;

function wild(folder: string): Identity['usedInWild'] {
  const unknown: string[] = [];
  let all = 0;
  for (const service of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    for (const name of readdirSync(join(folder, service.name)).filter((file) => file.endsWith('.json'))) {
      const about = JSON.parse(readFileSync(join(folder, service.name, name), 'utf8')) as JsonObject;
      if (about['usedInWild'] !== true || !wrongTactics.test(JSON.stringify(about['mitreAttackTactics']))) continue;
      const sample = join(folder, service.name, `${name}.cloudtrail`);
      if (!existsSync(sample)) continue;
      all += 1;
      const text = readFileSync(sample, 'utf8');
      const parsed = JSON.parse(text) as JsonValue;
      const value = (Array.isArray(parsed) ? parsed[0]! : parsed) as JsonObject;
      const decoded = cloudTrail.open({}).decode({ text, value: (Array.isArray(value['Records']) ? value['Records'][0]! : value) as JsonValue, origin: { file: name } });
      const isKnown = 'events' in decoded && decoded.events.some((event) => event.kind === 'api' && actOf(event) !== undefined);
      if (!isKnown) unknown.push(`${service.name} ${name.replace('.json', '')}`);
    }
  }
  return { known: all - unknown.length, all, unknown };
}

/** Judges one record alone, against a baseline that is ready and empty. */
export function judgeAlone(activity: ApiActivity): boolean {
  const empty = seenSet.empty();
  seenSet.endTeaching(empty, 0);
  const view = seenSet.view(empty, { timeMs: activity.timeMs, isVouched: () => false, isWidened: false });
  const call: ApiCall = { kind: 'api-call', timeMs: activity.timeMs, minuteMs: activity.timeMs, count: 1, records: [], activity };
  const entity = { owner: { kind: 'principal' as const, account: '', region: '', cluster: '', name: activity.actor.principal }, container: '', instance: '', phase: 'run' as const };
  const said = privilegeChange.judge({ calls: view, secrets: view, places: view } as never, call, privilegeChange.options.parse({}), {
    entity, name: activity.actor.principal, trace: newRecent() as never, isComplete: true, isAllowed: () => false,
  });
  return Array.isArray(said) ? said.length > 0 : said !== undefined;
}

function panther(path: string, name: string): Identity['panther'][string] {
  const result = { caught: 0, expected: 0, loud: 0, quiet: 0, unread: 0, missed: [] as string[], wrong: [] as string[] };
  const decoder = name === 'cloudtrail' ? cloudTrail : kubernetesAudit;
  for (const line of readFileSync(path, 'utf8').trim().split('\n')) {
    const row = JSON.parse(line) as { log: JsonObject; expected: boolean; rule: string; test: string; mocked: boolean };
    if (row.mocked) continue;
    const log: JsonObject = { ...(name === 'cloudtrail' ? { eventTime: '2024-01-01T00:00:00Z' } : { stage: 'ResponseComplete', requestReceivedTimestamp: '2024-01-01T00:00:00Z' }), ...row.log };
    const decoded = decoder.open({}).decode({ text: JSON.stringify(log), value: log, origin: { file: path } });
    // Forms of other clouds, and rules over several calls, are not what one CloudTrail or audit record says.
    if (!('events' in decoded)) {
      result.unread += 1;
      continue;
    }
    const isLoud = decoded.events.some((event) => event.kind === 'api' && judgeAlone(event));
    const label = `${row.rule}: ${row.test}`;
    if (row.expected) {
      result.expected += 1;
      if (isLoud) result.caught += 1;
      else result.missed.push(label);
    } else {
      result.quiet += 1;
      if (isLoud) {
        result.loud += 1;
        result.wrong.push(label);
      }
    }
  }
  return result;
}

function falco(folder: string): Identity['falco'] {
  const labels = JSON.parse(readFileSync(join(folder, 'labels.json'), 'utf8')) as JsonValue;
  return readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'labels.json').map((file) => {
    const events = readFileSync(join(folder, file), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as JsonObject);
    const rules = [...JSON.stringify(entriesFor(labels, file)).matchAll(/"(?:rule|detect|expected|rules)[^"]*":\s*(\[[^\]]*\]|"[^"]*")/g)].map(([, text]) => text!);
    return { file, expected: rules, alerts: walk(events, {}, newState(), kubernetesAudit).alerts.map(({ title }) => title) };
  });
}

function entriesFor(labels: JsonValue, file: string): JsonValue[] {
  const found: JsonValue[] = [];
  const waiting: JsonValue[] = [labels];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (typeof at !== 'object' || at === null) continue;
    if (!Array.isArray(at) && Object.values(at).some((value) => typeof value === 'string' && value.endsWith(file))) found.push(at);
    for (const [key, value] of Object.entries(at)) {
      if (key.endsWith(file)) found.push(value);
      else waiting.push(value as JsonValue);
    }
  }
  return found;
}

/** FARGAZER_DATA names a folder with the open collections, laid out as they are published. */
export function run(folder = process.env['FARGAZER_DATA']): Figure[] {
  if (folder === undefined || !existsSync(join(folder, 'cloudtrail-invictus'))) {
    return [{ name: 'identity', value: Number.NaN, detail: 'FARGAZER_DATA names no folder with cloudtrail-invictus: not measured' }];
  }
  const { invictus, shortLearning, stratus, ordinary, usedInWild, panther: rules } = measure(folder);
  const loud = stratus.filter(({ alerts }) => alerts.length > 0).length;
  return [
    { name: 'invictus: share of runs', value: invictus.shown.length / invictus.runs, detail: `${invictus.shown.length} of ${invictus.runs} runs, ${invictus.alerts.length} alerts, ${invictus.unlabelled.length} of them show no labelled event; ${shortLearning.length} alerts after 10 min` },
    { name: 'stratus: share of files', value: loud / stratus.length, detail: `${loud} of ${stratus.length} files` },
    { name: 'ordinary half: alerts', value: ordinary.length, detail: 'none is right' },
    { name: 'calls used in the wild: share known', value: usedInWild.known / usedInWild.all, detail: `${usedInWild.known} of ${usedInWild.all} of the tactics that concern rights` },
    ...Object.entries(rules).map(([name, found]) => ({ name: `${name} rules: share caught`, value: found.caught / found.expected, detail: `${found.caught} of ${found.expected}; loud on ${found.loud} of ${found.quiet} that should be quiet, each alone against an empty baseline; ${found.unread} of other formats left out` })),
  ];
}

if (import.meta.main) printFigures(run());
