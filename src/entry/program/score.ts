/** Score: an anomaly score beside every row of CSV series, each file by itself, strictly causal. */
import { createWriteStream, mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { FargazerError } from '#contract';
import { csvScorer } from '../../../detectors/resource-usage/score-csv.ts';
import { readChunks } from '../../sources/file/read-chunks.ts';
import { expandPaths } from '../../sources/file/paths.ts';
import type { ScoredFile, ScoreSettings } from '../cli/program.ts';

export async function score({ files, outputDir, signal }: ScoreSettings): Promise<ScoredFile[]> {
  const { inputs } = expandPaths(files);
  try {
    mkdirSync(outputDir, { recursive: true });
  } catch (error) {
    throw outputFailed(outputDir, error);
  }
  const taken = new Map<string, string>();
  for (const { path, file } of inputs) {
    const name = basename(path);
    const other = taken.get(name);
    if (other !== undefined) {
      throw new FargazerError('usage', `${other} and ${file} have the same base name, and both would be written to ${join(outputDir, name)}; score them in two runs.`);
    }
    if (resolve(path) === resolve(outputDir, name)) throw new FargazerError('usage', `${file}: the scores would overwrite the file itself; name another --output-dir.`);
    taken.set(name, file);
  }
  const scored: ScoredFile[] = [];
  for (const input of inputs) {
    if (signal.aborted) break;
    scored.push(await scoreOne(input, join(outputDir, basename(input.path)), signal));
  }
  return scored;
}

async function scoreOne(input: ReturnType<typeof expandPaths>['inputs'][number], output: string, signal: AbortSignal): Promise<ScoredFile> {
  const scorer = csvScorer();
  let alarms = 0;
  const rowOf = (line: string): string => {
    const scored = scorer.row(line);
    // The score is the last field, whatever parts the fields.
    if (Number(/[^,;\t]*$/.exec(scored)?.[0]) >= 0.5) alarms += 1;
    return scored;
  };
  const out = createWriteStream(output);
  const failed = once(out, 'error').then(([error]) => Promise.reject(outputFailed(output, error)));
  failed.catch(() => undefined);
  const write = async (text: string): Promise<void> => {
    if (!out.write(text)) await Promise.race([once(out, 'drain'), failed]);
  };
  const decoder = new TextDecoder();
  let rest = '';
  let notes = '';
  const lines = async (text: string, isLast: boolean): Promise<void> => {
    const parts = (rest + text).split('\n');
    rest = isLast ? '' : (parts.pop() ?? '');
    if (isLast && parts.at(-1) === '') parts.pop();
    if (parts.length > 0) await write(parts.map((line) => `${rowOf(line.replace(/\r$/, ''))}\n`).join(''));
  };
  for await (const chunk of readChunks(input, { onNote: (note) => (notes = note) })) {
    await lines(decoder.decode(chunk, { stream: true }), false);
    if (signal.aborted) break;
  }
  await lines(decoder.decode(), true);
  out.end();
  await Promise.race([finished(out), failed]);
  const problem = notes !== '' && scorer.rows === 0 ? notes : scorer.problem;
  if (problem !== undefined) throw new FargazerError('path-unreadable', `${input.file}: ${problem}`);
  return { file: input.file, output, rows: scorer.rows, alarms, unreadable: scorer.unreadable };
}

function outputFailed(path: string, error: unknown): FargazerError {
  const reason = error instanceof Error ? error.message : String(error);
  return new FargazerError('output-failed', `${path}: the scores cannot be written (${reason}). Name another --output-dir.`, { cause: error });
}
