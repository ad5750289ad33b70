/** What a sidecar is made of, for who runs it and for who asks whether it could: sensor, receivers, poller, and whose task it is. */
import { Agent } from 'node:http';
import { systemClock, type Clock, type LiveSource, type TellCoverage } from '#contract';
import { sensor, type Sensor } from '../sensor/index.ts';
import { paces } from '../sensor/pace.ts';
import { networkPart } from '../sensor/network/index.ts';
import { forward, forwardOptions, httpReceiverOptions } from '../sources/firelens/index.ts';
import { ask } from '../sources/task-metadata/ask.ts';
import { taskMetadata, taskMetadataOptions } from '../sources/task-metadata/index.ts';
import { taskToldIn, type TaskTold } from '../sources/task-metadata/told-task.ts';
import type { SidecarSettings } from './cli/sidecar-program.ts';
import { whoseTask, type Whose } from './program/sidecar/whose.ts';

const firstAnswerMs = 1_000;
const againMs = 100;
const longSleepMs = 1_000;
const togetherMs = paces[0].beat;

export interface SidecarParts {
  sensor: Sensor;
  others: LiveSource[];
  tell: TellCoverage;
  whose: Whose;
  clock: Clock;
  /** Tells this start of the sidecar from all others. */
  start: string;
  /** Undefined where the environment names no metadata endpoint. */
  metadata: MetadataEndpoint | undefined;
}

export interface MetadataEndpoint {
  url: string;
  /** Undefined once it told the task; else what it did instead, after its own name. */
  failure: string | undefined;
}

interface FirstAnswer {
  told?: TaskTold;
  failure: string | undefined;
}

/** Nothing is opened or asked but the endpoint. Throws `config-invalid` for an address that may not be listened on. */
export async function sidecarParts({ forward: forwardAddress, http, procPath }: SidecarSettings): Promise<SidecarParts> {
  const clock = unjumpingClock();
  const { ECS_CONTAINER_METADATA_URI_V4: endpoint = '' } = process.env;
  // What names no address of http is told of, and keeps nothing from beginning.
  const options = taskMetadataOptions.safeParse({ endpoint });
  // What others say of their coverage goes the way of what is seen: it is walked at once, and nobody forges it.
  const tell: TellCoverage = (state, detail) => looking.say(state, detail);
  const source = options.success ? taskMetadata(options.data, { clock, tell }) : undefined;
  const asked: FirstAnswer | undefined = endpoint === '' ? undefined : options.success ? await firstAnswer(endpoint) : { failure: 'is no address of http' };
  const whose = whoseTask(asked?.told, source, process.env);
  const start = `${process.pid}.${clock.now().toString(36)}`;
  const looking = sensor({ procPath, subject: whose.subject, sidecarStart: start, clock, parts: [networkPart] });
  const others: LiveSource[] = source === undefined ? [] : [source];
  const deps = { clock, tell, task: whose.task, rest: () => clock.sleep(1 + togetherMs - (clock.now() % togetherMs)) };
  if (forwardAddress !== undefined) others.push(forward(forwardOptions.parse({ address: forwardAddress }), deps));
  if (http !== undefined) others.push((await import('../sources/firelens/http.ts')).httpReceiver(httpReceiverOptions.parse({ address: http }), deps));
  return { sensor: looking, others, tell, whose, clock, start, metadata: asked && { url: endpoint, failure: asked.failure } };
}

/** The endpoint is on this machine; where it does not answer at once, nothing waits for it. */
async function firstAnswer(endpoint: string): Promise<FirstAnswer> {
  const agent = new Agent();
  const giveUp = AbortSignal.timeout(firstAnswerMs);
  let failure = `gave no answer within ${firstAnswerMs} ms`;
  try {
    while (!giveUp.aborted) {
      const asked = await ask(`${endpoint.replace(/\/+$/, '')}/task`, { agent, timeoutMs: firstAnswerMs / 2, signal: giveUp });
      const told = 'answer' in asked ? taskToldIn(asked.answer.value) : undefined;
      if (told !== undefined) return { told, failure: undefined };
      if (!giveUp.aborted) failure = 'failure' in asked ? asked.failure : 'answered with what describes no task';
      await systemClock.sleep(againMs, giveUp);
    }
    return { failure };
  } finally {
    agent.destroy();
  }
}

/**
 * The clock as it stood at the start, and what passed since: one that is set meanwhile would bring everything out of order.
 * Who sleeps for a second or longer is woken together with all others who do, on the beat of the sensor.
 */
function unjumpingClock(): Clock {
  const startMs = Date.now() - performance.now();
  const now = (): number => Math.floor(startMs + performance.now());
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    const restMs = (now() + ms) % togetherMs;
    return systemClock.sleep(ms < longSleepMs || restMs === 0 ? ms : ms + togetherMs - restMs, signal);
  };
  return { now, sleep };
}
