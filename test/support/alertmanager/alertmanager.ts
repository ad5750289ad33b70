/** A real Alertmanager in a process of its own, with a receiver that writes down what it sends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matcherText, type AlertingSettings, type Labels, type Matcher, type RouteOptions, type TimeInterval } from '#contract';

const places = ['/usr/bin/prometheus-alertmanager', '/usr/bin/alertmanager', '/usr/local/bin/alertmanager'];

/** Where it is installed; undefined where it is not. `ALERTMANAGER` names another place. */
export function alertmanagerBinary(): string | undefined {
  return [process.env['ALERTMANAGER'] ?? '', ...places].find((place) => place !== '' && existsSync(place));
}

export const whereToGet = 'there is no Alertmanager here (Debian: prometheus-alertmanager; or name one in ALERTMANAGER)';

/** What it sent, as it came. */
export interface Sent {
  atMs: number;
  receiver: string;
  status: 'firing' | 'resolved';
  groupLabels: Record<string, string>;
  alerts: { status: 'firing' | 'resolved'; labels: Record<string, string> }[];
}

export interface Alertmanager {
  startMs: number;
  sent: Sent[];
  post(alerts: readonly { labels: Labels; endsAtMs?: number }[]): Promise<void>;
  silence(matchers: readonly Matcher[], startsMs: number, endsMs: number): Promise<void>;
  close(): Promise<void>;
}

export async function startAlertmanager(binary: string, settings: AlertingSettings): Promise<Alertmanager> {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-alertmanager-'));
  const sent: Sent[] = [];
  const receiver = await listen(sent);
  const port = await freePort();
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(configOf(settings, (receiver.address() as AddressInfo).port)));
  const child = spawn(binary, [`--config.file=${join(folder, 'config.yml')}`, `--storage.path=${join(folder, 'state')}`, `--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address=', '--log.level=error'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4_000)));
  const startMs = Date.now();
  const base = `http://127.0.0.1:${port}/api/v2`;
  const close = async (): Promise<void> => {
    await ended(child);
    receiver.closeAllConnections();
    await new Promise((done) => receiver.close(done));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(base, child, () => said);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    startMs,
    sent,
    post: async (alerts) => call(`${base}/alerts`, alerts.map(({ labels, endsAtMs }) => ({ labels, ...(endsAtMs === undefined ? {} : { endsAt: new Date(endsAtMs).toISOString() }) }))),
    silence: async (matchers, startsMs, endsMs) =>
      call(`${base}/silences`, {
        matchers: matchers.map(({ name, operator, value }) => ({ name, value, isRegex: operator.includes('~'), isEqual: !operator.startsWith('!') })),
        startsAt: new Date(startsMs).toISOString(), endsAt: new Date(endsMs).toISOString(), createdBy: 'test', comment: 'oracle',
      }),
    close,
  };
}

async function call(url: string, body: unknown): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 500)}`);
}

async function ready(base: string, child: ChildProcess, said: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`Alertmanager ended: ${said()}`);
    try {
      if ((await fetch(`${base}/status`)).ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`Alertmanager does not answer: ${said()}`);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    child.once('exit', () => done());
    child.kill('SIGKILL');
  });
}

function listen(sent: Sent[]): Promise<Server> {
  const server = createServer((request, response) => {
    const atMs = Date.now();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { receiver, status, groupLabels, alerts } = JSON.parse(Buffer.concat(chunks).toString()) as Omit<Sent, 'atMs'>;
      sent.push({ atMs, receiver, status, groupLabels, alerts });
      response.end();
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((done) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    }),
  );
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** Our settings in its words. JSON is YAML. */
function configOf(settings: AlertingSettings, port: number): unknown {
  return {
    global: { resolve_timeout: `${settings.resolveAfterMs}ms` },
    route: routeOf(settings.route),
    receivers: Object.entries(settings.receivers).map(([name, { sendResolved }]) => ({ name, webhook_configs: [{ url: `http://127.0.0.1:${port}/`, send_resolved: sendResolved }] })),
    inhibit_rules: settings.inhibit.rules.map(({ source, target, equal }) => ({ source_matchers: source.map(matcherText), target_matchers: target.map(matcherText), equal })),
    time_intervals: Object.entries(settings.muteTimes).map(([name, intervals]) => ({ name, time_intervals: intervals.map(intervalOf) })),
  };
}

function routeOf({ receiver, matchers, continue: goesOn, groupBy, groupWaitMs, groupIntervalMs, repeatIntervalMs, muteTimes, activeTimes, routes }: RouteOptions): unknown {
  const all = {
    receiver, matchers: matchers?.map(matcherText), continue: goesOn, group_by: groupBy,
    group_wait: span(groupWaitMs), group_interval: span(groupIntervalMs), repeat_interval: span(repeatIntervalMs),
    mute_time_intervals: muteTimes, active_time_intervals: activeTimes, routes: routes?.map(routeOf),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function span(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${ms}ms`;
}

function intervalOf({ times, weekdays: days, daysOfMonth, months, years, location }: TimeInterval): unknown {
  const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const range = ([from, to]: readonly [number, number]): string => `${from}:${to}`;
  return {
    ...(times.length === 0 ? {} : { times: times.map(([from, to]) => ({ start_time: clock(from), end_time: clock(to) })) }),
    ...(days.length === 0 ? {} : { weekdays: days.map(([from, to]) => `${weekdays[from]}:${weekdays[to]}`) }),
    ...(daysOfMonth.length === 0 ? {} : { days_of_month: daysOfMonth.map(range) }),
    ...(months.length === 0 ? {} : { months: months.map(range) }),
    ...(years.length === 0 ? {} : { years: years.map(range) }),
    location,
  };
}
