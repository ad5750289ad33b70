/** Scenarios for two pipelines: a configuration, and what happens second by second; the same for the same seed. */
import type { AlertingSettings, LabelName, Matcher, RouteOptions, TimeInterval } from '#contract';
import { matchers, plainSettings } from '../../alerting/pipeline/making.ts';
import { seeded } from '../flood.ts';

export interface Happening {
  /** Whole seconds after the start. */
  atS: number;
  alert: string;
  status: 'firing' | 'resolved';
}

export interface PlannedSilence {
  atS: number;
  /** Between two flushes, so that no order of milliseconds decides. */
  endsS: number;
  matchers: Matcher[];
}

export interface PlannedAlert {
  id: string;
  service: string;
  severity: 'low' | 'medium' | 'high' | 'critical';
  detector: string;
  container: string;
  cluster: string;
}

export interface Scenario {
  seed: number;
  settings: AlertingSettings;
  alerts: PlannedAlert[];
  happenings: Happening[];
  silences: PlannedSilence[];
  lengthS: number;
}

type Random = () => number;

/** Things happen at whole seconds, flushes at half ones, expiries at quarters: a busy machine has time in between. */
const waits = [500, 1_500];
const intervals = [1_000, 2_000, 3_000];
const repeats = [3_250, 4_250, 6_250];
const resolveAfterMs = 4_250;

const groupings: readonly (LabelName | '...')[][] = [['service'], ['service', 'severity'], ['cluster'], ['detector', 'container'], ['...'], []];
const conditions = [
  'service="shop"', 'service!="shop"', 'service=~"sh.*"', 'service!~"sh.*|cart"', 'severity=~"high|critical"', 'severity="low"', 'severity!="low"',
  'detector=~"log-.*"', 'detector="egress-volume"', 'container=""', 'container!=""', 'container=~"a?pp"', 'cluster=~"(?:east|west)-[0-9]+"', 'task=""',
];

function pick<Value>(random: Random, values: readonly Value[]): Value {
  return values[Math.floor(random() * values.length)]!;
}

function some<Value>(random: Random, values: readonly Value[], most: number): Value[] {
  const rest = [...values];
  const chosen: Value[] = [];
  for (let count = Math.floor(random() * (most + 1)); count > 0 && rest.length > 0; count -= 1) chosen.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return chosen;
}

/** A time of the day in some place that holds now, or does not; its ends are minutes away. */
function timesAround(random: Random, nowMs: number, isNow: boolean): TimeInterval {
  const location = pick(random, ['UTC', 'Europe/Berlin', 'Asia/Tokyo', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe']);
  const parts = new Map(new Intl.DateTimeFormat('en-US', { timeZone: location, hourCycle: 'h23', hour: 'numeric', minute: 'numeric', weekday: 'short', day: 'numeric', month: 'numeric', year: 'numeric' }).formatToParts(nowMs).map(({ type, value }) => [type as string, value]));
  const minuteOfDay = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  const day = Number(parts.get('day'));
  const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(parts.get('weekday') ?? '');
  const interval: TimeInterval = { times: [], weekdays: [], daysOfMonth: [], months: [], years: [], location };
  const kind = Math.floor(random() * 3);
  if (kind === 0) {
    const around: [number, number] = [Math.max(0, minuteOfDay - 30), Math.min(1_440, minuteOfDay + 30)];
    interval.times = isNow ? [around] : [minuteOfDay < 720 ? [minuteOfDay + 60, 1_440] : [0, minuteOfDay - 60]];
  } else if (kind === 1) interval.weekdays = isNow ? [[weekday, weekday]] : [[(weekday + 2) % 7, (weekday + 2) % 7]];
  else {
    interval.daysOfMonth = isNow ? [[day, day]] : [[day > 15 ? 1 : 20, day > 15 ? 5 : 25]];
    if (isNow) interval.years = [[Number(parts.get('year')), Number(parts.get('year')) + 1]];
  }
  return interval;
}

function child(random: Random, depth: number, mutes: readonly string[]): RouteOptions {
  const options: RouteOptions = { matchers: matchers(...some(random, conditions, 2)) };
  if (options.matchers!.length === 0) options.matchers = matchers(pick(random, conditions));
  if (random() < 0.7) options.receiver = pick(random, ['one', 'two', 'three']);
  if (random() < 0.4) options.continue = true;
  if (random() < 0.5) options.groupBy = [...pick(random, groupings)];
  if (random() < 0.4) options.groupWaitMs = pick(random, waits);
  if (random() < 0.4) options.groupIntervalMs = pick(random, intervals);
  if (random() < 0.4) options.repeatIntervalMs = pick(random, repeats);
  if (mutes.length > 0 && random() < 0.4) options.muteTimes = [pick(random, mutes)];
  else if (mutes.length > 0 && random() < 0.2) options.activeTimes = [pick(random, mutes)];
  if (depth < 2 && random() < 0.4) options.routes = unlike(Array.from({ length: 1 + Math.floor(random() * 2) }, () => child(random, depth + 1, mutes)));
  return options;
}

/** Alertmanager keeps one log for siblings that say the same; ours are told apart. */
function unlike(routes: RouteOptions[]): RouteOptions[] {
  const texts = routes.map(({ matchers: own }) => JSON.stringify(own?.map(({ name, operator, value }) => `${name}${operator}${value}`).sort()));
  return routes.filter((_, at) => texts.indexOf(texts[at]!) === at);
}

export function scenarioOf(seed: number, nowMs: number, lengthS = 12): Scenario {
  const random = seeded(seed);
  const muteTimes: Record<string, TimeInterval[]> = random() < 0.5 ? { now: [timesAround(random, nowMs, true)], elsewhen: [timesAround(random, nowMs, false)] } : {};
  const mutes = Object.keys(muteTimes);
  const root: RouteOptions = {
    receiver: 'one', groupBy: [...pick(random, groupings)], groupWaitMs: pick(random, waits), groupIntervalMs: pick(random, intervals), repeatIntervalMs: pick(random, repeats),
    routes: unlike(Array.from({ length: Math.floor(random() * 4) }, () => child(random, 1, mutes))),
  };
  const rules = some(random, [0, 1, 2], 2).map(() => ({ source: matchers(pick(random, conditions)), target: matchers(pick(random, conditions)), equal: some(random, ['service', 'cluster', 'container'] as LabelName[], 2) }));
  const alerts = Array.from({ length: 7 }, (_, at): PlannedAlert => ({
    id: `alert-${at}`,
    service: pick(random, ['shop', 'ship', 'cart']),
    severity: pick(random, ['low', 'medium', 'high', 'critical']),
    detector: pick(random, ['log-rate', 'log-novelty', 'egress-volume']),
    container: pick(random, ['app', 'pp', '']),
    cluster: pick(random, ['east-1', 'west-22']),
  }));
  return {
    seed,
    settings: plainSettings({
      route: root,
      receivers: Object.fromEntries(['one', 'two', 'three'].map((name) => [name, { outputs: [name], sendResolved: random() < 0.75 }])),
      inhibit: { rules, deployments: false, coverage: false, stories: false },
      muteTimes,
      caps: { messagesPerHour: 1_000, digestAfterMs: 60_000 },
      resolveAfterMs,
    }),
    alerts,
    happenings: happeningsOf(random, alerts, lengthS),
    silences: some(random, [0, 1], 2).map(() => {
      const atS = Math.floor(random() * (lengthS - 4));
      return { atS, endsS: atS + 2.25 + Math.floor(random() * 5), matchers: matchers(pick(random, conditions.filter((text) => !/""|!=|!~|\?/.test(text)))) };
    }),
    lengthS,
  };
}

function happeningsOf(random: Random, alerts: readonly PlannedAlert[], lengthS: number): Happening[] {
  const happenings: Happening[] = [];
  for (const { id } of alerts) {
    let atS = Math.floor(random() * 6);
    let isFiring = false;
    while (atS < lengthS - 1) {
      const status: Happening['status'] = isFiring && random() < 0.4 ? 'resolved' : 'firing';
      happenings.push({ atS, alert: id, status });
      isFiring = status === 'firing';
      atS += 1 + Math.floor(random() * 5);
      if (random() < 0.2) break;
    }
  }
  return happenings.sort((left, right) => left.atS - right.atS);
}
