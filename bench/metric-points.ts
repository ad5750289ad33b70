/** Metric points through `resource-usage`, decoding included, against a bare loop that parses the same points as JSON. */
import { detectors } from '../detectors/index.ts';
import { joinPieces } from '../src/decode/log/join-pieces.ts';
import { openStream } from '../src/decode/stream.ts';
import { Walk } from '../src/engine/run.ts';
import { engineSettings } from '../src/engine/settings.ts';
import { packOwner } from '../src/engine/pack-owner.ts';
import { deflateSync } from 'node:zlib';
import { printFigures, type Figure } from './figure.ts';

/** Readings of a line: CPU and memory twice (used, and as a share), network and storage in two directions. */
const pointsPerLine = 8;

/** Container Insights events of 40 tasks of 8 services, one a minute each. */
function lines(minutes: number): string {
  let state = 20_261_124;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  const all: string[] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    for (let task = 0; task < 40; task += 1) {
      const service = `service-${task % 8}`;
      const wave = 1 + 0.5 * Math.sin((minute / 1_440) * 2 * Math.PI);
      all.push(JSON.stringify({
        Version: '0', Type: 'Container', ContainerName: 'app', TaskId: task.toString(16).padStart(32, '0'), TaskDefinitionFamily: service,
        TaskDefinitionRevision: '3', ServiceName: service, ClusterName: 'shop', ContainerInstanceId: '', Image: `${service}:1.4.${task % 3}`, ContainerKnownStatus: 'RUNNING',
        Timestamp: Date.UTC(2026, 0, 5) + minute * 60_000 + task * 137,
        CpuUtilized: 20 * wave + 8 * random(), CpuReserved: 256, MemoryUtilized: Math.round(180 + 20 * random()), MemoryReserved: 512,
        NetworkRxBytes: Math.round(9_000 * wave * (0.5 + random())), NetworkTxBytes: Math.round(4_000 * wave * (0.5 + random())), StorageReadBytes: minute * 4_096, StorageWriteBytes: minute * 9_000 + task,
      }));
    }
  }
  return `${all.join('\n')}\n`;
}

function timed(work: () => void): number {
  globalThis.gc?.();
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const median = (values: readonly number[]): number => values.toSorted((left, right) => left - right)[values.length >> 1]!;

export async function run(minutes = 1_440, rounds = 5): Promise<Figure[]> {
  const bytes = Buffer.from(lines(minutes));
  const detector = detectors.find(({ id }) => id === 'resource-usage')!;
  const bare: number[] = [];
  const whole: number[] = [];
  let points = 0;
  let series = 0;
  let packed = 0;
  // Each round is compared with itself: what else the machine does meanwhile weighs on both sides.
  for (let round = 0; round < rounds; round += 1) {
    bare.push(timed(() => {
      for (let at = 0; at < bytes.length; at += 1_048_576) {
        for (const line of bytes.toString('utf8', at, Math.min(bytes.length, at + 1_048_576)).split('\n')) {
          if (line.startsWith('{') && line.endsWith('}')) JSON.parse(line);
        }
      }
    }));
    let walk: Walk | undefined;
    whole.push(timed(() => {
      walk = new Walk(engineSettings({ detectors: [{ detector, options: detector.options.parse({}) }] }), joinPieces);
      const stream = openStream({ file: 'bench', settings: {}, intake: walk.gate });
      for (let at = 0; at < bytes.length; at += 1_048_576) stream.write(bytes.subarray(at, Math.min(bytes.length, at + 1_048_576)));
      stream.end();
      points = pointsPerLine * stream.reading.events;
      walk.beginTeaching();
      walk.finish();
    }));
    series = 0;
    packed = 0;
    for (const owner of walk!.state.owners.records.values()) {
      for (const { parts } of packOwner(owner).groups) {
        for (const part of parts) {
          series += 1;
          packed = Math.max(packed, deflateSync(JSON.stringify(part)).length);
        }
      }
    }
  }
  const perPoint = (ms: number): string => `${((ms / points) * 1e6).toFixed(0)} ns a point`;
  return [
    { name: 'metric points through resource-usage', value: median(bare.map((ms, round) => ms / whole[round]!)), unit: '× the speed of the bare loop', reach: '0.5', detail: `${perPoint(median(whole))} against ${perPoint(median(bare))}; ${points} points` },
    { name: 'state of a series of a service, packed', value: packed / 1_024, unit: 'KiB at most', reach: 'under 2', detail: `${series} series of 8 services` },
  ];
}

if (import.meta.main) printFigures(await run());
