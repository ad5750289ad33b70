/**
 * `npm run bench [NAME…]`: every figure, or those named. Costs are ratios measured in one run on this machine; what
 * fargazer finds is measured on the recordings that `FARGAZER_DATA` names, and said to be not measured without it.
 */
import type { Figure } from './figure.ts';
import { printFigures } from './figure.ts';

const benches: Readonly<Record<string, () => Promise<{ run: () => Figure[] | Promise<Figure[]> }>>> = {
  'cli-start': () => import('./cli-start.ts'),
  'log-lines': () => import('./log-lines.ts'),
  'replay-logs': () => import('./replay-logs.ts'),
  'metric-points': () => import('./metric-points.ts'),
  baselines: () => import('./baselines.ts'),
  'live-tasks': () => import('./live-tasks.ts'),
  lambda: () => import('./lambda.ts'),
  alerting: () => import('./alerting.ts'),
  delivery: () => import('./delivery.ts'),
  forward: () => import('./forward.ts'),
  // Needs root: a task in namespaces of its own.
  sidecar: () => import('./sidecar.ts'),
  consume: () => import('./consume.ts'),
  identity: () => import('./identity.ts'),
  egress: () => import('./egress.ts'),
  nezha: () => import('./nezha.ts'),
  nab: () => import('./nab.ts'),
  'ms-series': () => import('./ms-series.ts'),
  // Last, for it takes minutes: ten gigabytes, or `FARGAZER_GB`.
  'long-replay': () => import('./long-replay.ts'),
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`);
  process.exitCode = 2;
} else {
  for (const [name, load] of Object.entries(benches)) {
    if (named.length > 0 && !named.includes(name)) continue;
    const { run } = await load();
    console.log(`\n${name}`);
    printFigures(await run());
  }
}
