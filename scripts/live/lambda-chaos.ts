/** `npm run chaos lambda`: crowds of functions that fail, come again and compete, each compared with one process. */
import { systemClock, type Store } from '#contract';
import { dynamodbStore } from '../../src/stores/dynamodb/index.ts';
import { dynamoStandIn } from '../../test/support/aws/dynamo.ts';
import { s3Stub } from '../../test/support/aws/s3-stub.ts';
import { points } from '../../test/support/crowd/fate.ts';
import { crowdOutcome, type CrowdOutcome } from '../../test/support/crowd/run.ts';

export const standardRuns = 50;

/** One run in so many is over a DynamoDB and a bucket as they answer over a network, and of fewer records; the others keep their state in memory. */
const dynamoEvery = 9;
const sizes = { memory: { records: 400, tickMinutes: 3 }, dynamo: { records: 150, tickMinutes: 7 } };

/** Gives 1 where a run came out otherwise than one process. */
export async function lambdaChaos(runs: number, firstSeed: number): Promise<number> {
  const sums = new Map<string, number>();
  const add = (what: string, times: number): void => void sums.set(what, (sums.get(what) ?? 0) + times);
  let equal = 0;
  const startMs = Date.now();
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    try {
      const outcome = await runOf(seed);
      if (outcome.differences.length === 0) equal += 1;
      for (const [what, times] of outcome.counts) add(what, times);
      for (const what of ['alerts', 'revisions', 'notifications'] as const) add(what, outcome[what]);
      console.log(sentenceOf(outcome));
      for (const difference of outcome.differences) console.log(`    ${difference.slice(0, 1_500)}`);
    } catch (error) {
      console.log(`seed ${seed}: did not come to its end: ${(error as Error).message}`);
    }
  }
  const of = (what: string): number => sums.get(what) ?? 0;
  console.log(`\n${equal} of ${runs} runs equal one process, in ${Math.round((Date.now() - startMs) / 1_000)} s.`);
  console.log(`${of('invocations')} invocations, ${of('schedules')} schedules; ${of('batches redelivered') + of('batches that nobody heard were done')} batches given again that were done with, ${of('invocations given up while they went on')} given to another while the first went on; ${of('splits') + of('splits while ticks are put')} splits, ${of('merges')} merges; ${of('sends without an answer') + of('answers that came too late')} sends without an answer in time.`);
  console.log(`${of('closings beside another')} closings began while another was under way; ${of('closers that came second')} steps of closers and ${of('lanes that came second')} of lanes came second and were refused.`);
  for (const point of points) console.log(`failed ${point}: ${of(`${point}: failed`)} with an error, ${of(`${point}: died`)} by death`);
  console.log(`Compared: ${of('alerts')} alerts in ${of('revisions')} tellings, ${of('notifications')} notifications.`);
  if (equal < runs) console.log('Repeat one with: npm run chaos lambda 1 SEED');
  return equal === runs ? 0 : 1;
}

async function runOf(seed: number): Promise<CrowdOutcome & { where: string }> {
  if (seed % dynamoEvery !== 0) return { where: 'memory', ...(await crowdOutcome(seed, sizes.memory)) };
  const [dynamo, s3] = [await dynamoStandIn(), await s3Stub('state')];
  await dynamo.createTable('state');
  const store: Store = dynamodbStore({ table: 'state', bucket: 'state' }, { clock: systemClock, dynamodb: dynamo.clientConfig, s3: s3.clientConfig });
  try {
    return { where: 'DynamoDB', ...(await crowdOutcome(seed, sizes.dynamo, store)) };
  } finally {
    await store.close();
    await Promise.all([dynamo.close(), s3.close()]);
  }
}

function sentenceOf({ seed, where, areClocksApart, counts, alerts, notifications, differences }: CrowdOutcome & { where: string }): string {
  const failures = [...counts].reduce((sum, [what, times]) => sum + (points.some((point) => what.startsWith(`${point}: `)) ? times : 0), 0);
  return `seed ${seed}: ${differences.length === 0 ? 'equal' : 'NOT EQUAL'}. ${where}${areClocksApart ? ', clocks apart' : ''}; ${counts.get('invocations')} invocations, ${failures} failures, ${counts.get('closers that came second') ?? 0} closers second; ${alerts} alerts, ${notifications} notifications`;
}
