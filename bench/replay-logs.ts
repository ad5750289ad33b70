/** A million FireLens lines through all detectors, on one thread, against a bare loop that parses the same lines. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detectors } from '../detectors/index.ts';
import { joinPieces } from '../src/decode/log/join-pieces.ts';
import { openStream } from '../src/decode/stream.ts';
import { Walk } from '../src/engine/run.ts';
import { engineSettings } from '../src/engine/settings.ts';
import { printFigures, type Figure } from './figure.ts';
import { bareLoop, writeLines } from './log-lines.ts';

const chunk = Buffer.allocUnsafe(1_048_576);

function replay(path: string): Walk {
  const walk = new Walk(engineSettings({ detectors: detectors.map((detector) => ({ detector, options: detector.options.parse({}) })) }), joinPieces);
  const stream = openStream({ file: path, settings: {}, intake: walk.gate });
  const file = openSync(path, 'r');
  for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) stream.write(chunk.subarray(0, read));
  closeSync(file);
  stream.end();
  walk.beginTeaching();
  walk.finish();
  walk.tape.close();
  return walk;
}

/** Processor time of this thread and its helpers, milliseconds: a busy machine stretches the wall clock. */
function timed(work: () => void): number {
  globalThis.gc?.();
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const median = (values: readonly number[]): number => values.toSorted((left, right) => left - right)[values.length >> 1]!;

export async function run(count = Number(process.env['LINES'] ?? 1_000_000), rounds = 5): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-bench-'));
  try {
    const path = join(folder, 'firelens.jsonl');
    writeLines(path, count);
    const bare: number[] = [];
    const whole: number[] = [];
    let rows = 0;
    // Each round is compared with itself: what else the machine does meanwhile weighs on both sides.
    for (let round = 0; round < rounds; round += 1) {
      bare.push(timed(() => bareLoop(path)));
      whole.push(timed(() => {
        const walk = replay(path);
        rows = [...walk.state.owners.records.values()].reduce((sum, owner) => sum + owner.judged + owner.abstained, 0);
      }));
    }
    return [{
      name: 'a million FireLens lines through all detectors', value: median(bare.map((ms, round) => ms / whole[round]!)), unit: '× the speed of the bare loop', reach: '0.8; aim above 1',
      detail: `${(median(whole) / count * 1e6).toFixed(0)} ns a line against ${(median(bare) / count * 1e6).toFixed(0)}; ${detectors.length} detectors, ${rows} judgements`,
    }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) printFigures(await run());
