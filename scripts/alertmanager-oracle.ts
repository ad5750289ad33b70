/** `node scripts/alertmanager-oracle.ts [SCENARIOS] [FIRST-SEED]`: generated configurations and alerts in our pipeline and in a real Alertmanager, message by message. */
import { alertmanagerBinary, whereToGet } from '../test/support/alertmanager/alertmanager.ts';
import { compareSurely, type Comparison } from '../test/support/alertmanager/compare.ts';
import { scenarioOf } from '../test/support/alertmanager/scenario.ts';

const standardScenarios = 50;
/** Each waits most of the time; more at once would make the machine late. */
const atOnce = 8;
/** A machine that is late again and again cannot be measured with. */
const mostRuns = 5;

async function main(): Promise<number> {
  const [scenarios = standardScenarios, first = 1] = process.argv.slice(2).map(Number);
  if (!Number.isSafeInteger(scenarios) || scenarios < 1 || !Number.isSafeInteger(first) || first < 1) {
    console.error('alertmanager-oracle.ts [SCENARIOS] [FIRST-SEED]: both are whole numbers from 1.');
    return 2;
  }
  const binary = alertmanagerBinary();
  if (binary === undefined) {
    console.error(`Not compared: ${whereToGet}.`);
    return 2;
  }
  let seed = first;
  const done: Comparison[] = [];
  const work = async (): Promise<void> => {
    while (seed < first + scenarios) {
      const own = seed;
      seed += 1;
      const comparison = await compareSurely(binary, (nowMs) => scenarioOf(own, nowMs), mostRuns);
      done.push(comparison);
      console.log(`seed ${own}: ${comparison.isVoid ? 'the machine was late every time' : comparison.differences.length === 0 ? `${comparison.equal} messages, all equal` : `${comparison.equal} messages equal, DIFFERENT:`}`);
      for (const difference of comparison.isVoid ? [] : comparison.differences) console.log(`    ${difference}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, scenarios) }, work));
  const measured = done.filter(({ isVoid }) => !isVoid);
  const different = measured.filter(({ differences }) => differences.length > 0);
  console.log(`\n${measured.length} of ${scenarios} scenarios compared, ${measured.reduce((sum, { equal }) => sum + equal, 0)} messages equal, ${different.length} scenarios different.`);
  return different.length === 0 && measured.length > 0 ? 0 : 1;
}

process.exitCode = await main();
