/**
 * The Lambda function: its bundle and import against an empty handler with the same clients, what a batch writes, and
 * what closing a round reads and writes as services are many and few of them change.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { printFigures, type Figure } from './figure.ts';
import { aggregatedBatch, countingStore, emptyHandler, serviceWorld, type ServiceWorld, type Traffic } from './lambda-world.ts';

/** Starts of each handler; medians are compared. */
const starts = 9;

/** Milliseconds from nothing imported to a handler, in a process of its own. */
function importMs(file: string): number {
  const script = `const from = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(performance.now() - from);`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env: { ...process.env, AWS_REGION: 'eu-west-1' } }));
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1]!;
}

async function bundles(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-bench-'));
  try {
    const { buildLambda } = (await import(pathToFileURL(join(import.meta.dirname, '../scripts/bundle-lambda.mjs')).href)) as { buildLambda: (settings?: object) => Promise<Uint8Array> };
    const contents = { own: await buildLambda(), empty: await buildLambda({ entryPoints: undefined, stdin: { contents: emptyHandler, resolveDir: join(import.meta.dirname, '..') } }) };
    const files = { own: join(folder, 'own.mjs'), empty: join(folder, 'empty.mjs') };
    for (const name of ['own', 'empty'] as const) writeFileSync(files[name], contents[name]);
    const times: { own: number[]; empty: number[] } = { own: [], empty: [] };
    // In turns, so that a busy moment meets both.
    for (let start = 0; start < starts; start += 1) for (const name of ['own', 'empty'] as const) times[name].push(importMs(files[name]));
    const [own, empty] = [median(times.own), median(times.empty)];
    const packed = { own: gzipSync(contents.own).length, empty: gzipSync(contents.empty).length };
    return [
      { name: 'bundle against an empty handler with the same clients', value: contents.own.length / contents.empty.length, unit: '×', reach: '1.5 or less', detail: `${kilobytes(contents.own.length)} against ${kilobytes(contents.empty.length)}; packed as it is deployed ${kilobytes(packed.own)} against ${kilobytes(packed.empty)} (${(packed.own / packed.empty).toFixed(2)} ×)` },
      { name: 'import against an empty handler with the same clients', value: own / empty, unit: '×', reach: '1.5 or less', detail: `${own.toFixed(0)} ms against ${empty.toFixed(0)} ms, medians of ${starts} starts each, in turns` },
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
