/**
 * `npm run chaos [RUNS] [FIRST-SEED]`: kills `consume` at random moments, again and again, and compares what it found with
 * what it finds undisturbed. `npm run chaos lambda [RUNS] [FIRST-SEED]` does the like with functions.
 */
import { availableParallelism } from 'node:os';
import { buildChild, chaosRun, type ChaosOutcome } from './live/chaos-run.ts';
import { lambdaChaos, standardRuns as standardLambdaRuns } from './live/lambda-chaos.ts';

const standardRuns = 200;

async function main(): Promise<number> {
  const isLambda = process.argv[2] === 'lambda';
  const [runs = isLambda ? standardLambdaRuns : standardRuns, first = 1] = process.argv.slice(isLambda ? 3 : 2).map(Number);
  if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(first) || first < 1) {
    console.error('npm run chaos [lambda] [RUNS] [FIRST-SEED]: both are whole numbers from 1.');
    return 2;
  }
  return isLambda ? lambdaChaos(runs, first) : consumeChaos(runs, first);
}

async function consumeChaos(runs: number, first: number): Promise<number> {
  const { file, remove } = await buildChild();
  const outcomes: ChaosOutcome[] = [];
  let failed = 0;
  let seed = first;
  const startMs = Date.now();
  const work = async (): Promise<void> => {
    while (seed < first + runs) {
      const own = seed;
      seed += 1;
      try {
        const outcome = await chaosRun(own, file);
        outcomes.push(outcome);
        if (outcome.differences.length > 0) failed += 1;
        console.log(sentenceOf(outcome));
        for (const difference of outcome.differences) console.log(`    ${difference.slice(0, 1_500)}`);
      } catch (error) {
        failed += 1;
        console.log(`seed ${own}: did not come to its end: ${(error as Error).message}`);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, work));
  } finally {
    remove();
  }
  const sum = (of: (outcome: ChaosOutcome) => number): number => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  console.log(
    `\n${runs} runs in ${Math.round((Date.now() - startMs) / 1_000)} s: ${sum(({ kills }) => kills)} kills, ${sum(({ steps }) => steps)} saved steps, ${sum(({ splits }) => splits)} splits, ${sum(({ merges }) => merges)} merges, ${sum(({ alerts }) => alerts)} alerts compared.`,
  );
  console.log(failed === 0 ? 'Alerts and baselines were those of an undisturbed consumer and of a replay in every run.' : `${failed} runs came out otherwise. Repeat one with: npm run chaos 1 SEED`);
  return failed === 0 ? 0 : 1;
}

function sentenceOf({ seed, what, records, kills, splits, merges, steps, alerts, tookMs, differences }: ChaosOutcome): string {
  const verdict = differences.length === 0 ? 'equal' : 'NOT EQUAL';
  return `seed ${seed}: ${verdict}. ${what}, ${records} records; ${kills} kills, ${steps} steps, ${splits} splits, ${merges} merges; ${alerts} alerts; ${(tookMs / 1_000).toFixed(1)} s`;
}

process.exitCode = await main();
