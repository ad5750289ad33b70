/** Memory over a long replay: gigabytes of FireLens lines, generated as they are read, through decoding, tape and walk. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detectors } from '../detectors/index.ts';
import { joinPieces } from '../src/decode/log/join-pieces.ts';
import { openStream } from '../src/decode/stream.ts';
import { Walk } from '../src/engine/run.ts';
import { engineSettings } from '../src/engine/settings.ts';
import { printFigures, type Figure } from './figure.ts';
import { writeLines } from './log-lines.ts';

/** Places of the dates in a block of lines, so that the same block can be told of another time. */
function datesIn(block: Buffer): number[] {
  const places: number[] = [];
  for (let at = block.indexOf('"date":"'); at >= 0; at = block.indexOf('"date":"', at + 1)) places.push(at + 8);
  return places;
}

/** Gigabytes from `FARGAZER_GB`, else 10; 30,000 lines are a minute, so that 10 GB are half a day. */
export async function run(gigabytes = Number(process.env['FARGAZER_GB'] ?? 10)): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-bench-'));
  const path = join(folder, 'block.jsonl');
  writeLines(path, 30_000);
  const block = readFileSync(path);
  rmSync(folder, { recursive: true });
  const places = datesIn(block);
  const walk = new Walk(engineSettings({ detectors: detectors.map((detector) => ({ detector, options: detector.options.parse({}) })) }), joinPieces);
  const stream = openStream({ file: 'generated', settings: {}, intake: walk.gate });
  const blocks = Math.ceil((gigabytes * 1e9) / block.length);
  const startMs = Date.UTC(2026, 4, 4);
  const sizes: number[] = [];
  for (let index = 0; index < blocks; index += 1) {
    const minuteMs = startMs + index * 60_000;
    for (const [line, place] of places.entries()) {
      block.write(new Date(minuteMs + Math.floor((line * 60_000) / places.length)).toISOString().slice(0, 23), place, 'latin1');
    }
    for (let from = 0; from < block.length; from += 1_048_576) stream.write(block.subarray(from, Math.min(block.length, from + 1_048_576)));
    if (index % Math.max(1, Math.floor(blocks / 40)) === 0) sizes.push(process.memoryUsage().rss / 2 ** 20);
  }
  stream.end();
  walk.beginTeaching();
  const readMiB = process.memoryUsage().rss / 2 ** 20;
  walk.finish();
  const walkedMiB = process.memoryUsage().rss / 2 ** 20;
  walk.tape.close();
  const tenth = Math.max(...sizes.slice(0, Math.ceil(sizes.length / 10)));
  const most = Math.max(...sizes, readMiB, walkedMiB);
  return [
    {
      name: `memory over ${gigabytes} GB of replay`, value: most / tenth, unit: '× the most of the first tenth', reach: 'flat: about 1',
      detail: `${tenth.toFixed(0)} MiB in the first tenth, ${Math.max(...sizes).toFixed(0)} MiB at most while reading, ${walkedMiB.toFixed(0)} MiB after the walk; ${blocks * places.length} lines, ${walk.state.episodes.openCount} alerts`,
    },
  ];
}

if (import.meta.main) printFigures(await run());
