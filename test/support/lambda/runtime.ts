/** Runs in a process of its own, as Lambda's runtime does: imports a bundle once, then calls its handler for each event. */
import { pathToFileURL } from 'node:url';
import type { Answer, Call } from './invoker.ts';

const realNow = Date.now;
let aheadMs = 0;
Date.now = () => realNow() + aheadMs;

const [, , bundle = ''] = process.argv;
const beganMs = performance.now();
const { handler } = (await import(pathToFileURL(bundle).href)) as { handler: (event: unknown, context: object) => Promise<unknown> };
const importMs = performance.now() - beganMs;

process.on('message', (call: Call) => {
  aheadMs = call.nowMs === undefined ? 0 : call.nowMs - realNow();
  const deadlineMs = performance.now() + call.timeoutMs;
  let asks = 0;
  const context = {
    awsRequestId: call.id,
    functionName: 'fargazer',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:fargazer',
    memoryLimitInMB: '1024',
    logGroupName: '/aws/lambda/fargazer',
    logStreamName: 'stream',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => {
      asks += 1;
      return Math.max(0, call.askMs === undefined ? Math.round(deadlineMs - performance.now()) : call.timeoutMs - asks * call.askMs);
    },
  };
  const answer = (told: Pick<Answer, 'result' | 'failure'>): void => void process.send?.({ id: call.id, importMs, ...told } satisfies Answer);
  handler(call.event, context).then(
    (result) => answer({ result }),
    (error: unknown) => answer({ failure: { name: error instanceof Error ? error.name : 'unknown', message: error instanceof Error ? error.message : String(error) } }),
  );
});
process.send?.('ready');
