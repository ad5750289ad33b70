/**
 * Egress: labelled command-and-control addresses in Zeek recordings of hosts under attack; which are told, amid how much else.
 *
 * Each campaign is walked three times. *Own*: its rows that do not lead to the labelled address and port, dated a day
 * earlier, teach. *Others*: those of the other campaigns teach, two of them about hosts that this one does not know.
 * *First*: the first tenth of the recording teaches, 34 to 41 seconds. Then all of it is judged. An address is
 * told when an alert shows a row to it among its records; every other alert is noise. Where the attack fetched its first
 * stage from the same machine by another port that alert is counted as noise too, though it is not.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { detectors } from '../detectors/index.ts';
import { flowFields, flowLine, type Alert, type Detector } from '../src/contract/index.ts';
import { joinPieces } from '../src/decode/log/join-pieces.ts';
import { openStream } from '../src/decode/stream.ts';
import { Walk } from '../src/engine/run.ts';
import { engineSettings } from '../src/engine/settings.ts';
import { printFigures, type Figure } from './figure.ts';

const daySeconds = 86_400;

/** A Zeek log in tab-separated values. */
interface ZeekLog {
  header: string[];
  rows: string[];
}

interface Campaign {
  name: string;
  address: string;
  port: string;
  conn: ZeekLog;
  dns: ZeekLog;
}

function readLog(file: string): ZeekLog {
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '');
  return { header: lines.filter((line) => line.startsWith('#') && !line.startsWith('#close')), rows: lines.filter((line) => !line.startsWith('#')) };
}

export function readCampaigns(folder: string): Campaign[] {
  const labels = JSON.parse(readFileSync(join(folder, 'labels.json'), 'utf8')) as Record<string, { c2: string }>;
  return Object.entries(labels)
    .filter(([name]) => existsSync(join(folder, name, 'conn.log')))
    .map(([name, { c2 }]) => {
      const colon = c2.lastIndexOf(':');
      return { name, address: c2.slice(0, colon), port: c2.slice(colon + 1), conn: readLog(join(folder, name, 'conn.log')), dns: readLog(join(folder, name, 'dns.log')) };
    });
}

/** Places of fields in a row, by Zeek's names. */
function fieldsOf({ header }: ZeekLog): string[] {
  return header.find((line) => line.startsWith('#fields'))?.split('\t').slice(1) ?? [];
}

function isToTarget(log: ZeekLog, row: string, { address, port }: Campaign): boolean {
  const fields = fieldsOf(log);
  const values = row.split('\t');
  return values[fields.indexOf('id.resp_h')] === address && values[fields.indexOf('id.resp_p')] === port;
}

function secondsOf(row: string): number {
  return Number(row.slice(0, row.indexOf('\t')));
}

function dated(rows: readonly string[], laterSeconds: number): string[] {
  return rows.map((row) => `${(secondsOf(row) + laterSeconds).toFixed(6)}${row.slice(row.indexOf('\t'))}`);
}

function startOf({ conn, dns }: Campaign): number {
  return Math.min(...[...conn.rows, ...dns.rows].map(secondsOf));
}

function write(walk: Walk, file: string, { header }: ZeekLog, rows: readonly string[]): void {
  if (rows.length === 0) return;
  const stream = openStream({ file, settings: {}, intake: walk.gate });
  stream.write(Buffer.from(`${[...header, ...rows].join('\n')}\n`));
  stream.end();
}

interface Result {
  isTold: boolean;
  severity: string;
  noise: Alert[];
}

/** Judges a campaign; `teachers` teach before it (their benign rows, dated to begin a day before it does), else its first `learnSeconds`. */
function judge(campaign: Campaign, teachers: readonly Campaign[], learnSeconds: number, used: readonly Detector[]): Result {
  const settings = engineSettings({
    detectors: used.map((detector) => ({ detector, options: detector.options.parse({}) })),
    teaching: { forMs: 1_000 * (teachers.length > 0 ? daySeconds / 2 : learnSeconds) },
  });
  const walk = new Walk(settings, (pieces) => joinPieces(pieces));
  for (const teacher of teachers) {
    const laterSeconds = startOf(campaign) - startOf(teacher) - daySeconds;
    const benign = teacher.conn.rows.filter((row) => !isToTarget(teacher.conn, row, teacher));
    write(walk, `taught-${teacher.name}-conn`, teacher.conn, dated(benign, laterSeconds));
    write(walk, `taught-${teacher.name}-dns`, teacher.dns, dated(teacher.dns.rows, laterSeconds));
  }
  write(walk, `${campaign.name}-conn`, campaign.conn, campaign.conn.rows);
  write(walk, `${campaign.name}-dns`, campaign.dns, campaign.dns.rows);
  walk.beginTeaching();
  walk.finish();
  const alerts = walk.state.episodes.alerts(Infinity, true);
  const told = alerts.filter(({ evidence }) => evidence.records.some(({ raw }) => raw !== undefined && isToTarget(campaign.conn, raw, campaign)));
  return { isTold: told.length > 0, severity: told[0]?.severity ?? '', noise: alerts.filter((alert) => !told.includes(alert)) };
}

function lengthOf({ conn, dns }: Campaign): number {
  const seconds = [...conn.rows, ...dns.rows].map(secondsOf);
  return Math.max(...seconds) - Math.min(...seconds);
}

/** What java on a host under log4shell opened, by Azure's VM insights, as Zeek rows; its inbound rows, dated a day earlier, teach. */
function judgeLog4shell(folder: string, used: readonly Detector[]): { outbound: string[]; told: string[] } {
  const file = readdirSync(folder).find((name) => name.endsWith('.json'));
  const rows = file === undefined ? [] : readFileSync(join(folder, file), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, string | number>);
  const zeek = (row: Record<string, string | number>, laterSeconds: number): string =>
    JSON.stringify({
      ts: Date.parse(String(row['TimeGenerated'])) / 1_000 + laterSeconds,
      uid: String(row['ConnectionId']).slice(0, 18),
      'id.orig_h': row['SourceIp'], 'id.orig_p': 40_000, 'id.resp_h': row['DestinationIp'], 'id.resp_p': row['DestinationPort'],
      proto: row['Protocol'], conn_state: 'SF', orig_bytes: row['BytesSent'], resp_bytes: row['BytesReceived'],
    });
  const outbound = rows.filter((row) => row['Direction'] === 'outbound' && !String(row['DestinationIp']).startsWith('127.'));
  const inbound = rows.filter((row) => row['Direction'] === 'inbound');
  const settings = engineSettings({
    detectors: used.map((detector) => ({ detector, options: detector.options.parse({}) })),
    teaching: { forMs: 500 * daySeconds },
  });
  const walk = new Walk(settings, (pieces) => joinPieces(pieces));
  const stream = openStream({ file: 'log4shell', settings: {}, intake: walk.gate });
  // A lookup by the host itself, so that it was met while the teaching lasted.
  const taught = [...inbound, ...inbound.map((row) => ({ ...row, SourceIp: row['DestinationIp']!, DestinationIp: '192.168.2.1', DestinationPort: 53 }))];
  stream.write(Buffer.from(`${[...taught.map((row) => zeek(row, -daySeconds)), ...rows.map((row) => zeek(row, 0))].join('\n')}\n`));
  stream.end();
  walk.beginTeaching();
  walk.finish();
  const alerts = walk.state.episodes.alerts(Infinity, true);
  const places = [...new Set(outbound.map((row) => `${row['DestinationIp']}:${row['DestinationPort']}`))];
  return {
    outbound: places,
    told: places.filter((place) => {
      const [address, port] = place.split(':');
      return alerts.some(({ evidence }) => evidence.records.some(({ raw }) => raw?.includes(`"id.resp_h":"${address}","id.resp_p":${port}`) === true));
    }),
  };
}

/** Hours of the pods' metrics in which nothing was injected. */
const faultFree: readonly { name: string; fromMs: number; toMs: number }[] = [
  { name: '2022-08-22', fromMs: Date.UTC(2022, 7, 22, 9), toMs: Date.UTC(2022, 7, 22, 16) },
  { name: '2023-01-29', fromMs: Date.UTC(2023, 0, 29, 17), toMs: Date.UTC(2023, 0, 29, 21) },
];

/** A minute of so many times the most that a pod sent while it taught should be told. */
const spikeTimes = 3;

interface PodMinute {
  timeMs: number;
  bytes: number;
}

/** What a pod sent, minute by minute, and the service it is of. */
function readPod(file: string, fromMs: number, toMs: number): { service: string; minutes: PodMinute[] } {
  const [header = [], ...rows] = readFileSync(file, 'utf8').trim().split('\n').map((line) => line.split(','));
  const of = (row: readonly string[], name: string): string => row[header.indexOf(name)] ?? '';
  const minutes = rows
    .map((row) => ({ timeMs: Date.parse(`${of(row, 'Time').slice(0, 19).replace(' ', 'T')}Z`), bytes: Math.round(Number(of(row, 'NetworkTransmitBytes'))) }))
    .filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs);
  return { service: of(rows[0] ?? [], 'PodName').split('-').slice(0, -2).join('-'), minutes };
}

/**
 * What pods of two shops sent while nothing was wrong, as flows to one peer; the first half teaches, so every alert of
 * the second is false. Then again with one minute of each pod made a spike.
 */
function judgeQuiet(folder: string, { name, fromMs, toMs }: (typeof faultFree)[number], used: readonly Detector[]): Figure[] {
  const middleMs = (fromMs + toMs) / 2;
  const pods = readdirSync(folder)
    .filter((file) => file.endsWith('_metric.csv'))
    .toSorted()
    .map((file) => readPod(join(folder, file), fromMs, toMs))
    .filter(({ minutes }) => minutes.some(({ timeMs }) => timeMs < middleMs) && minutes.some(({ timeMs }) => timeMs >= middleMs));
  const alertsOf = (hasSpikes: boolean): Alert[] => {
    const settings = engineSettings({
      // These shops are small; under the floor they would stay quiet whatever the band.
      detectors: used.map((detector) => ({ detector, options: detector.options.parse(detector.id === 'egress-volume' ? { floorBytes: 1_000 } : {}) })),
      teaching: { forMs: middleMs - fromMs },
    });
    const walk = new Walk(settings, (pieces) => joinPieces(pieces));
    const lines = pods.flatMap(({ service, minutes }, task) => {
      const most = Math.max(...minutes.filter(({ timeMs }) => timeMs < middleMs).map(({ bytes }) => bytes));
      return minutes.map(({ timeMs, bytes }, at) =>
        flowLine({ at: timeMs, service, task: task + 1, to: '10.0.200.7', port: 80, bytes: hasSpikes && at === minutes.length - 1 ? spikeTimes * most : bytes }),
      );
    });
    const stream = openStream({ file: 'flows', settings: {}, intake: walk.gate });
    stream.write(Buffer.from(`${[flowFields, ...lines].join('\n')}\n`));
    stream.end();
    walk.beginTeaching();
    walk.finish();
    return walk.state.episodes.alerts(Infinity, false);
  };
  const quiet = alertsOf(false);
  const told = new Set(alertsOf(true).map(({ entity }) => entity.instance));
  const hours = ((toMs - middleMs) / 3_600_000) * pods.length;
  return [
    { name: `egress quiet pods ${name}`, value: quiet.length / hours, detail: `${quiet.length} false alarms in ${hours.toFixed(0)} hours of ${pods.length} pods${quiet.slice(0, 4).map(({ title }) => `; ${title}`).join('')}` },
    { name: `egress spikes ${name}`, value: told.size / pods.length, detail: `${told.size} of ${pods.length} pods told when one minute is ${spikeTimes} times the most of ${((middleMs - fromMs) / 3_600_000).toFixed(1)} h taught` },
  ];
}

/** `value` is the share of labelled addresses told; of quiet pods, the false alarms an hour of a pod; of spikes, the share of pods told. */
export async function run(folder = process.env['FARGAZER_DATA'], used: readonly Detector[] = detectors.filter(({ reads }) => reads === 'destination' || reads === 'network-minute')): Promise<Figure[]> {
  const data = folder === undefined ? '' : join(folder, 'otrf');
  if (data === '' || !existsSync(join(data, 'zeek', 'labels.json'))) {
    return [{ name: 'egress', value: Number.NaN, detail: 'not run: FARGAZER_DATA names no folder with otrf/zeek' }];
  }
  const campaigns = readCampaigns(join(data, 'zeek'));
  const rows: Figure[] = [];
  const ways: readonly [string, (campaign: Campaign) => Result][] = [
    ['own', (campaign) => judge(campaign, [campaign], 0, used)],
    ['others', (campaign) => judge(campaign, campaigns.filter((other) => other !== campaign), 0, used)],
    ['first', (campaign) => judge(campaign, [], lengthOf(campaign) / 10, used)],
  ];
  for (const [way, judged] of ways) {
    const results = campaigns.map((campaign) => ({ campaign, result: judged(campaign) }));
    const found = results.filter(({ result }) => result.isTold).length;
    const detail = results
      .map(({ campaign, result }) => `${campaign.name} ${result.isTold ? `told (${result.severity})` : 'missed'}, ${result.noise.length} others${result.noise.map(({ object, severity }) => ` ${severity} ${object}`).join(',')}`)
      .join('; ');
    rows.push({ name: `egress otrf, taught by ${way}`, value: found / campaigns.length, detail });
  }
  const log4shell = join(data, 'log4shell_vmconnection');
  if (existsSync(log4shell)) {
    const { outbound, told } = judgeLog4shell(log4shell, used);
    rows.push({ name: 'egress log4shell', value: told.length / outbound.length, detail: `${told.length} of ${outbound.length} places told: ${told.join(', ')}` });
  }
  for (const day of faultFree) {
    const folderOfDay = join(folder!, 'nezha', day.name, 'metric');
    if (existsSync(folderOfDay)) rows.push(...judgeQuiet(folderOfDay, day, used));
  }
  return rows;
}

if (import.meta.main) printFigures(await run());
