/** A recording of many feeds in which every task sends through several of them, for runs that must come out alike. */
import { cloudTrailRecord, containerInsightsLine, ecsTaskEvent, fireLensLine, flowLine, resolverLine, type Tick } from '#contract';

export interface Timed {
  timeMs: number;
  text: string;
}

/** A small generator of numbers, so that a run can be told by its seed. */
export function numbers(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

export const startMs = Date.UTC(2026, 0, 5, 8);
const services = ['checkout', 'cart', 'payments'];
const lines = ['GET /cart took 12 ms', 'ERROR no route to host', '    at main (app.js:1)', '{"level":"info","message":"order 7 stored"}', 'user 4711 logged in'];

/** Records in order of time; the first is a FireLens line at the very start. */
export function recording(seed: number, count: number, minutes: number): Timed[] {
  const next = numbers(seed);
  const all: Timed[] = [{ timeMs: startMs, text: fireLensLine({ at: startMs, service: 'cart', task: 1, log: lines[0]! }) }];
  for (let index = 1; index < count; index += 1) {
    const timeMs = startMs + next(minutes * 60) * 1_000;
    const task = next(9);
    const service = services[task % services.length]!;
    const what = next(5);
    all.push({ timeMs, text: textOf(next(9), { at: timeMs, service, task, what, id: `${seed}-${index}`, revision: 1 + (timeMs > startMs + minutes * 40_000 ? 1 : 0) }) });
  }
  return all.sort((left, right) => left.timeMs - right.timeMs || (left.text < right.text ? -1 : 1));
}

function textOf(kind: number, { at, service, task, what, id, revision }: { at: number; service: string; task: number; what: number; id: string; revision: number }): string {
  switch (kind) {
    case 0:
      return containerInsightsLine({ at, service, task, cpu: what, memory: 100 + what });
    case 1:
    case 2:
      return flowLine({ at, service, task, to: `52.1.${what}.3`, port: 443, bytes: 1_000 * (1 + what) });
    case 3:
      return resolverLine({ at, task, name: `host-${what}.example.com`, answers: [`52.1.${what}.3`] });
    case 4:
      return cloudTrailRecord({ at, id, role: service, source: 'ecs.amazonaws.com', name: `Call${what}` });
    case 5:
      return ecsTaskEvent({ at, id, service, task, lastStatus: what === 0 ? 'STOPPED' : 'RUNNING', desiredStatus: what === 0 ? 'STOPPED' : 'RUNNING', revision });
    default:
      return fireLensLine({ at, service, task, log: lines[what]!, revision });
  }
}

export function tickText(round: number, timeMs: number): string {
  return JSON.stringify({ fargazer: 'tick', round, timeMs } satisfies Tick);
}
