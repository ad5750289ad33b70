/**
 * Nezha: pods of two microservice shops with injected faults; which faults are found, and how many alarms are false.
 *
 * Pod metrics become Container Insights events, container logs FireLens records. Half of the fault-free hours of the
 * metrics, dated a week earlier, teach. A fault is found when a finding is raised for the injected pod from the minute
 * of the injection to five minutes later. A false alarm is an alert without a finding in such a time (ten minutes
 * long, for what a fault leaves behind) of any pod: what a fault does to its neighbours is no false alarm.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { detectors } from '../detectors/index.ts';
import type { Detector } from '../src/contract/index.ts';
import { joinPieces } from '../src/decode/log/join-pieces.ts';
import { openStream } from '../src/decode/stream.ts';
import { Walk } from '../src/engine/run.ts';
import { engineSettings } from '../src/engine/settings.ts';
import { printFigures, type Figure } from './figure.ts';

const minuteMs = 60_000;
const weekMs = 7 * 24 * 60 * minuteMs;
const foundWithinMs = 5 * minuteMs;
const excusedMs = 10 * minuteMs;

interface Day {
  name: string;
  /** Fault-free hours of the metrics that teach, milliseconds of event time. */
  teachMs: [number, number];
}

const days: Day[] = [
  { name: '2022-08-22', teachMs: [Date.UTC(2022, 7, 22, 9), Date.UTC(2022, 7, 22, 16)] },
  { name: '2023-01-29', teachMs: [Date.UTC(2023, 0, 29, 17), Date.UTC(2023, 0, 29, 21)] },
];

export interface Fault {
  pod: string;
  type: string;
  timeMs: number;
}

function taskOf(pod: string): string {
  return createHash('sha256').update(pod).digest('hex').slice(0, 32);
}

/** The deployment that a pod belongs to: its name without the hashes of its replica set and itself. */
function serviceOf(pod: string): string {
  return pod.split('-').slice(0, -2).join('-');
}

function timeOf(text: string): number {
  return Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);
}

/** One row of a pod's metrics as a Container Insights event; CPU in units of 1/1024 of a CPU, memory in MiB. */
function insightsLine(header: readonly string[], row: readonly string[], shiftMs: number): string {
  const of = (name: string): number => Number(row[header.indexOf(name)]);
  const pod = row[header.indexOf('PodName')]!;
  const cpu = of('CpuUsage(m)') * 1.024;
  const memory = of('MemoryUsage(Mi)');
  return JSON.stringify({
    Version: '0',
    Type: 'Container',
    ContainerName: 'server',
    TaskId: taskOf(pod),
    TaskDefinitionFamily: serviceOf(pod),
    TaskDefinitionRevision: '1',
    ServiceName: serviceOf(pod),
    ClusterName: 'nezha',
    Timestamp: timeOf(row[header.indexOf('Time')]!) + shiftMs,
    CpuUtilized: cpu,
    CpuReserved: (100 * cpu) / of('CpuUsageRate(%)'),
    MemoryUtilized: memory,
    MemoryReserved: (100 * memory) / of('MemoryUsageRate(%)'),
    NetworkRxBytes: of('NetworkReceiveBytes'),
    NetworkTxBytes: of('NetworkTransmitBytes'),
  });
}

function metricLines(folder: string, teachMs: [number, number]): string[] {
  const lines: string[] = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('_metric.csv')).toSorted()) {
    const [header, ...rows] = readFileSync(join(folder, file), 'utf8').trim().split('\n').map((line) => line.split(','));
    for (const row of rows) {
      const timeMs = timeOf(row[header!.indexOf('Time')]!);
      const isTaught = timeMs >= teachMs[0] && timeMs < teachMs[1];
      lines.push(insightsLine(header!, row, isTaught ? -weekMs : 0));
    }
  }
  return lines;
}

/** The column `Log` holds the Docker JSON line, quoted; the columns before it hold no comma. */
function fireLensLines(file: string, shiftMs: number): string[] {
  const lines: string[] = [];
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n').slice(1)) {
    const [, , , pod, container] = line.split(',', 5);
    const start = line.indexOf(',"');
    if (pod === undefined || container === undefined || start < 0) continue;
    let docker: { log: string; stream: string; time: string };
    try {
      docker = JSON.parse(line.trim().slice(start + 2, -1).replaceAll('""', '"')) as typeof docker;
    } catch {
      continue;
    }
    lines.push(
      JSON.stringify({
        date: new Date(Date.parse(docker.time) + shiftMs).toISOString(),
        source: docker.stream,
        log: docker.log.trimEnd(),
        container_id: `${taskOf(pod)}-0123456789`,
        container_name: container,
        ecs_cluster: 'nezha',
        ecs_task_arn: `arn:aws:ecs:eu-west-1:111122223333:task/nezha/${taskOf(pod)}`,
        ecs_task_definition: `${serviceOf(pod)}:1`,
      }),
    );
  }
  return lines;
}

function logLines(day: string): { taught: string[]; judged: string[] } {
  const inFolder = (name: string, shiftMs: number): string[] => {
    const folder = join(day, name);
    if (!existsSync(folder)) return [];
    return readdirSync(folder).toSorted().flatMap((file) => fireLensLines(join(folder, file), shiftMs));
  };
  return { taught: inFolder('log-faultfree', -weekMs), judged: inFolder('log', 0) };
}

export function faultsOf(day: string): Fault[] {
  const list = JSON.parse(readFileSync(join(day, 'fault_list.json'), 'utf8')) as Record<
    string,
    { inject_time: string; inject_pod: string; inject_type: string }[]
  >;
  return Object.values(list)
    .flat()
    .map((fault) => ({ pod: fault.inject_pod, type: fault.inject_type, timeMs: timeOf(fault.inject_time) }));
}

interface Finding {
  detector: string;
  task: string;
  service: string;
  minuteMs: number;
  title: string;
}

export interface DayResult {
  faults: (Fault & { foundBy: string[] })[];
  /** Titles of alerts without a finding in the time of a fault. */
  falseAlarms: string[];
  /** Hours judged. */
  hours: number;
}

/** Walks one day with some detectors; `hasLogs` false leaves the logs out. */
export function walkDay(folder: string, day: Day, used: readonly Detector[], hasLogs = true): DayResult {
  const settings = engineSettings({ detectors: used.map((detector) => ({ detector, options: detector.options.parse({}) })) });
  const walk = new Walk(settings, (pieces) => joinPieces(pieces));
  const findings: Finding[] = [];
  walk.judges.onJudged = ({ detector, entity, observation, evidence }) => {
    for (const { title } of evidence) findings.push({ detector, task: entity.instance, service: entity.owner.name, minuteMs: observation.minuteMs, title });
  };
  const { taught, judged } = hasLogs ? logLines(join(folder, day.name)) : { taught: [], judged: [] };
  for (const [file, lines] of Object.entries({ metrics: metricLines(join(folder, day.name, 'metric'), day.teachMs), taught, judged })) {
    if (lines.length === 0) continue;
    const stream = openStream({ file, settings: {}, intake: walk.gate });
    for (let at = 0; at < lines.length; at += 1_000) stream.write(Buffer.from(`${lines.slice(at, at + 1_000).join('\n')}\n`));
    stream.end();
  }
  walk.state.teachUntilMs = day.teachMs[1] - weekMs;
  walk.finish();
  const faults = faultsOf(join(folder, day.name));
  const isDuring = ({ minuteMs: at }: Finding, { timeMs }: Fault, lengthMs: number): boolean => at + minuteMs > timeMs && at <= timeMs + lengthMs;
  const alerts = walk.state.episodes.alerts(Infinity, false);
  const excused = new Set(
    findings.filter((finding) => faults.some((fault) => isDuring(finding, fault, excusedMs))).map(({ detector, task, title }) => `${detector} ${task} ${title}`),
  );
  const falseAlarms = alerts.filter(({ detector, entity, title, firstSeen, lastSeen }) => {
    if (excused.has(`${detector} ${entity.instance} ${title}`)) return false;
    // An alert about a service as a whole names no task.
    const own = findings.filter((finding) => finding.detector === detector && (entity.instance === '' ? finding.service === entity.name : finding.task === entity.instance));
    return !own.some(
      (finding) =>
        finding.minuteMs + minuteMs > Date.parse(firstSeen) &&
        finding.minuteMs <= Date.parse(lastSeen) &&
        faults.some((fault) => isDuring(finding, fault, excusedMs)),
    );
  });
  return {
    faults: faults.map((fault) => ({
      ...fault,
      foundBy: [...new Set(findings.filter((finding) => finding.task === taskOf(fault.pod) && isDuring(finding, fault, foundWithinMs)).map(({ detector }) => detector))],
    })),
    falseAlarms: falseAlarms.map(({ detector, title, firstSeen }) => `${firstSeen} ${detector}: ${title}`),
    hours: ((walk.rows.spanMs?.toMs ?? 0) - Math.min(...faults.map(({ timeMs }) => timeMs)) - (day.teachMs[1] - day.teachMs[0])) / (60 * minuteMs),
  };
}

export function run(folder = process.env['FARGAZER_DATA'], used: readonly Detector[] = detectors): Figure[] {
  if (folder === undefined || !existsSync(join(folder, 'nezha'))) {
    return [{ name: 'nezha', value: Number.NaN, detail: 'not run: FARGAZER_DATA names no folder with nezha' }];
  }
  return days.map((day) => {
    const { faults, falseAlarms, hours } = walkDay(join(folder, 'nezha'), day, used);
    const found = faults.filter(({ foundBy }) => foundBy.length > 0);
    const byType = [...new Set(faults.map(({ type }) => type))].map((type) => {
      const ofType = faults.filter((fault) => fault.type === type);
      return `${type} ${ofType.filter(({ foundBy }) => foundBy.length > 0).length}/${ofType.length}`;
    });
    return {
      name: `nezha ${day.name}`,
      value: found.length / faults.length,
      detail: `${found.length} of ${faults.length} faults (${byType.join(', ')}), ${(falseAlarms.length / hours).toFixed(2)} false alarms an hour in ${hours.toFixed(1)} h`,
    };
  });
}

if (import.meta.main) printFigures(run());
