/** The sidecar: memory, processor time, what it costs the application, a crowd of processes, brief processes and connections. Needs root, for namespaces are made. */
import { existsSync } from 'node:fs';
import { programOf } from '../test/range/sidecar.ts';
import { whyNoRange } from '../test/range/task.ts';
import { printFigures, type Figure } from './figure.ts';
import { brief } from './sidecar/brief.ts';
import { crowd, memory, processor } from './sidecar/cost.ts';
import { throughput } from './sidecar/throughput.ts';

const parts: Readonly<Record<string, () => Promise<Figure[]>>> = { memory, processor, throughput, crowd: () => crowd(), brief };

/** All parts, or those named. */
export async function run(named: readonly string[] = Object.keys(parts)): Promise<Figure[]> {
  const why = whyNoRange() || (existsSync(programOf('bundle')[0]!) ? false : 'needs the bundle: npm run setup');
  if (why !== false) return [{ name: 'sidecar', value: Number.NaN, detail: `It ${why}.` }];
  const figures: Figure[] = [];
  for (const name of named) {
    try {
      figures.push(...((await parts[name]?.()) ?? []));
    } catch (error) {
      figures.push({ name, value: Number.NaN, detail: (error as Error).message });
    }
  }
  return figures;
}

// `node bench/sidecar.ts memory crowd` measures some of it.
if (import.meta.main) {
  const named = process.argv.slice(2);
  printFigures(await run(named.length === 0 ? undefined : named));
}
