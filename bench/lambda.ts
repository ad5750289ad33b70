/**
 * The Lambda function: its bundle and import against an empty handler with the same clients, what a batch writes, and
 * what closing a round reads and writes as services are many and few of them change.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { printFigures, type Figure } from './figure.ts';
import { aggregatedBatch, countingStore, emptyHandler, serviceWorld, type ServiceWorld, type Traffic } from './lambda-world.ts';

/** Starts of each handler; medians are compared. */
const starts = 9;

interface Built {
  files: ReadonlyMap<string, Uint8Array>;
  firstFiles: readonly string[];
  filesOf: (source: string) => string[];
}

/** Files that a function loads at its start, the first one first. */
const startedOf = ({ firstFiles }: Built): string[] => [...firstFiles];

/** With those that a container loads when it first closes a round and publishes to a topic. */
function closingOf({ firstFiles, filesOf }: Built): string[] {
  return [...new Set([...firstFiles, ...filesOf('src/entry/lambda/closers.ts'), ...filesOf('src/alerting/sinks/sns/index.ts'), ...filesOf('@aws-sdk/client-sns')])];
}

function bytesOf({ files }: Built, paths: readonly string[]): number {
  return [...new Set(paths)].reduce((sum, path) => sum + files.get(path)!.length, 0);
}

function packedOf({ files }: Built, paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + gzipSync(files.get(path)!).length, 0);
}

/** Milliseconds from nothing imported to a handler with its output, in a process of its own. */
function importMs(files: readonly string[]): number {
  const imports = files.map((file) => `await import(${JSON.stringify(pathToFileURL(file).href)});`).join(' ');
  const script = `const from = performance.now(); ${imports} console.log(performance.now() - from);`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env: { ...process.env, AWS_REGION: 'eu-west-1' } }));
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1]!;
}

async function bundles(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-bench-'));
  try {
    const { buildLambda } = (await import(pathToFileURL(join(import.meta.dirname, '../scripts/bundle-lambda.mjs')).href)) as { buildLambda: (settings?: object) => Promise<Built> };
    const own = await buildLambda();
    // As people bundle a handler of their own: one file.
    const empty = await buildLambda({ entryPoints: undefined, splitting: false, stdin: { contents: emptyHandler, resolveDir: join(import.meta.dirname, '..') } });
    for (const [name, { files }] of [['own', own], ['empty', empty]] as const) {
      for (const [path, contents] of files) {
        mkdirSync(dirname(join(folder, name, path)), { recursive: true });
        writeFileSync(join(folder, name, path), contents);
      }
    }
    const [started, closing] = [startedOf(own), closingOf(own)];
    const [emptyFile = ''] = empty.files.keys();
    const inOwn = (paths: readonly string[]): string[] => paths.map((path) => join(folder, 'own', path));
    const handlers = { started: inOwn(started), closing: inOwn(closing), empty: [join(folder, 'empty', emptyFile)] };
    const times: Record<keyof typeof handlers, number[]> = { started: [], closing: [], empty: [] };
    // In turns, so that a busy moment meets all.
    for (let start = 0; start < starts; start += 1) for (const [name, files] of Object.entries(handlers)) times[name as keyof typeof handlers].push(importMs(files));
    const [startedMs, closingMs, emptyMs] = [median(times.started), median(times.closing), median(times.empty)];
    const bytes = { started: bytesOf(own, started), closing: bytesOf(own, closing), empty: bytesOf(empty, [emptyFile]), all: bytesOf(own, [...own.files.keys()]), yaml: bytesOf(own, [...started, ...own.filesOf('src/config/config.ts')]), options: bytesOf(own, [...started, ...own.filesOf('src/config/config.ts'), ...own.filesOf('detectors/index.ts')]) };
    const packed = { started: packedOf(own, started), empty: packedOf(empty, [emptyFile]) };
    const against = `against ${kilobytes(bytes.empty)} in one file`;
    return [
      { name: 'what a function loads at its start, against an empty handler with the same clients', value: bytes.started / bytes.empty, unit: '×', reach: '1.5 or less', detail: `${kilobytes(bytes.started)} (batches of Kinesis, state in DynamoDB, no configuration of its own) ${against}, which has the client of S3 too; with a configuration in YAML ${kilobytes(bytes.yaml)}, with options of detectors in it ${kilobytes(bytes.options)}; packed ${kilobytes(packed.started)} against ${kilobytes(packed.empty)} (${(packed.started / packed.empty).toFixed(2)} ×)` },
      { name: 'its import against an empty handler with the same clients', value: startedMs / emptyMs, unit: '×', reach: '1.5 or less', detail: `${startedMs.toFixed(0)} ms against ${emptyMs.toFixed(0)} ms, medians of ${starts} starts each, in turns` },
      { name: 'with what a container loads when it first closes a round', value: bytes.closing / bytes.empty, unit: '×', detail: `${kilobytes(bytes.closing)} (walk, detectors, alerts to SNS in English) ${against}; imported in ${closingMs.toFixed(0)} ms in all, ${(closingMs / emptyMs).toFixed(2)} ×; everything that is deployed ${kilobytes(bytes.all)} in ${own.files.size} files` },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function batch(): Promise<Figure[]> {
  const { bytes, traffic, records, lines } = await aggregatedBatch();
  return [
    { name: 'contribution of a batch of 100 aggregated records of 100 lines from 50 tasks', value: bytes / 1_024, unit: 'KiB', reach: 'less than 100', detail: `${lines.toLocaleString('en-US')} lines in ${records} records` },
    { name: 'store writes of that batch', value: traffic.partsWritten + traffic.itemsWritten, reach: '2', detail: `${written(traffic)}; read ${read(traffic)}, whatever the number of detectors` },
  ];
}

async function rounds(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const sums = new Map<string, number>();
  for (const existing of [250, 2_000]) {
    const world = await serviceWorld(existing, quietMinutes);
    for (const changed of [1, 10, 100]) {
      const { sum, detail } = await closing(world, changed);
      sums.set(`${changed} of ${existing}`, sum);
      figures.push({ name: `items and parts of a round's closing, ${changed} of ${existing} services changed`, value: sum, detail });
    }
  }
  figures.push({ name: 'closing with eight times the services, ten changed', value: sums.get('10 of 2000')! / sums.get('10 of 250')!, unit: '×', reach: 'about 1', detail: `what a round reads and writes grows with what changed, not with what exists; the others wrote last ${quietMinutes} minutes before` });
  const recent = await closing(await serviceWorld(250, 5), 10);
  figures.push({ name: "items and parts of a round's closing, 10 of 250 services changed that all wrote within the hour", value: recent.sum, detail: `${recent.detail}; whose silence would be told is read by a container that has not read it before` });
  return figures;
}

/** Silence is watched for an hour after the last line. */
const quietMinutes = 90;

async function closing(world: ServiceWorld, changed: number): Promise<{ sum: number; detail: string }> {
  const { store, traffic } = countingStore(world.store);
  await world.round(changed, store);
  const { itemsRead, partsRead, itemsWritten, partsWritten, bytesWritten } = traffic;
  return { sum: itemsRead + partsRead + itemsWritten + partsWritten, detail: `read ${read(traffic)}; written ${written(traffic)}, ${kilobytes(bytesWritten)}` };
}

function read({ itemsRead, partsRead }: Traffic): string {
  return `${itemsRead} items, ${partsRead} parts`;
}

function written({ itemsWritten, partsWritten }: Traffic): string {
  return `${itemsWritten} items, ${partsWritten} parts`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toLocaleString('en-US', { maximumFractionDigits: 0 })} kB`;
}

export async function run(): Promise<Figure[]> {
  return [...(await bundles()), ...(await batch()), ...(await rounds())];
}

if (import.meta.main) printFigures(await run());
