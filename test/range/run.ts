/** One run of the range: teaching, then attacks and benign behaviours in random order, while the sidecar looks on. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack } from './attack.ts';
import { attacks } from './attacks/index.ts';
import { benign, type Benign } from './benign.ts';
import { forwardPort, httpPort } from './place.ts';
import { startSidecar, type SeenAlert, type SidecarSettings, type Use } from './sidecar.ts';
import { buildWorld, type Range } from './world.ts';

export interface RunSettings extends Omit<SidecarSettings, 'folder'> {
  seed: number;
  /** How often each benign behaviour comes after the teaching. */
  benignTimes: number;
  /** How many attacks are played, of all in random order. */
  attackCount: number;
  /** How many kinds of benign behaviour are played; all are taught that are played. */
  benignCount: number;
  /** Only those whose name contains it. */
  only?: string;
  /** Rest after an attack and after a benign behaviour. */
  attackRestMs: number;
  benignRestMs: number;
  say(sentence: string): void;
}

export interface Item {
  name: string;
  attack: Attack | undefined;
  size: number;
  beganMs: number;
  /** How it is known that it took place; of attacks only. */
  truth: string | undefined;
  /** It did not take place: a defect of the range, counted as such. */
  failure: string | undefined;
}

export interface RunResult {
  items: readonly Item[];
  alerts: readonly SeenAlert[];
  teachingEndsMs: number;
  endedMs: number;
  startTookMs: number;
  peak: Use;
  last: Use;
  /** Share of one core from the end of the teaching to the end. */
  cpuShare: number;
  ending: { tookMs: number; status: number | null };
  said: string;
  folder: string;
}

function shuffled<Value>(values: readonly Value[], random: () => number): Value[] {
  const result = [...values];
  for (let at = result.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [result[at], result[other]] = [result[other] as Value, result[at] as Value];
  }
  return result;
}

/** From a tenth to ten times, evenly by orders of magnitude. */
function anySize(random: () => number): number {
  return 10 ** (random() * 2 - 1);
}

async function teach(range: Range, behaviours: readonly Benign[], endMs: number, say: RunSettings['say']): Promise<void> {
  for (const [index, behaviour] of behaviours.entries()) {
    const leftMs = endMs - Date.now();
    if (leftMs < 2_000) say(`The teaching was too short for ${behaviour.name}.`);
    else {
      const turnEndsMs = Date.now() + leftMs / (behaviours.length - index + 1);
      await behaviour.play(range, 1);
      await sleep(Math.max(0, turnEndsMs - Date.now()));
    }
  }
  await sleep(Math.max(0, endMs - Date.now()));
}

/** The sidecar listens: its receiver's port is taken in the task. */
export async function untilReady(range: Range, startMs: number, port: number): Promise<number> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  while (Date.now() - startMs < 20_000) {
    if (readFileSync(`/proc/${range.task.pid}/net/tcp`, 'latin1').includes(wanted)) return Date.now() - startMs;
    await sleep(20);
  }
  throw new Error('the sidecar did not begin to listen within 20 s');
}

export async function runRange(settings: RunSettings): Promise<RunResult> {
  const { seed, learnForMs, say, only = '' } = settings;
  const range = await buildWorld({ seed, receiver: settings.receiver, requestsPerSecond: 4 });
  const { random } = range;
  const { folder } = range.task;
  try {
    await sleep(1_000);
    const startMs = Date.now();
    const sidecar = startSidecar(range.task, { ...settings, folder });
    let startTookMs: number;
    try {
      startTookMs = await untilReady(range, startMs, settings.receiver === 'forward' ? forwardPort : httpPort);
    } catch (error) {
      throw new Error(`${(error as Error).message}; it said: ${sidecar.said().slice(-2_000)}`, { cause: error });
    }
    say(`The sidecar listens after ${startTookMs} ms.`);
    const names = new Map<number, string>();
    sidecar.onAlert(({ alert, isUpdate, atMs }) => {
      if (!isUpdate) say(`      alert ${alert.detector}: ${alert.title} [${alert.object}] ${names.size > 0 ? `+${atMs - (items.at(-1)?.beganMs ?? atMs)} ms` : ''}`);
    });

    const items: Item[] = [];
    const behaviours = shuffled(benign, random).slice(0, settings.benignCount).filter(({ name }) => name.includes(only) || only === '' || settings.benignTimes === 0);
    const chosen = shuffled(attacks, random).filter(({ name }) => only === '' || name.includes(only)).slice(0, settings.attackCount);
    const teachingEndsMs = startMs + startTookMs + learnForMs + 1_500;
    await teach(range, behaviours, teachingEndsMs, say);
    say(`The teaching is over: ${behaviours.length} behaviours; ${sidecar.alerts.length} alerts so far.`);

    const before = sidecar.use();
    const judgedFromMs = Date.now();
    let peak = before;
    const measuring = setInterval(() => {
      const use = sidecar.use();
      if (use.residentMib > peak.residentMib) peak = use;
    }, 1_000);
    const plays = shuffled<{ attack?: Attack; behaviour?: Benign }>([...chosen.map((attack) => ({ attack })), ...behaviours.flatMap((behaviour) => Array.from({ length: settings.benignTimes }, () => ({ behaviour })))], random);
    for (const [index, { attack, behaviour }] of plays.entries()) {
      const size = attack === undefined ? anySize(random) : 1;
      const item: Item = { name: attack?.name ?? behaviour?.name ?? '', attack, size, beganMs: Date.now(), truth: undefined, failure: undefined };
      items.push(item);
      names.set(index, item.name);
      say(`${String(index + 1).padStart(3)}/${plays.length} ${attack === undefined ? `benign: ${item.name} × ${size.toFixed(2)}` : `ATTACK: ${item.name}`}`);
      try {
        if (attack === undefined) await behaviour?.play(range, size);
        else item.truth = await attack.play(range);
      } catch (error) {
        item.failure = (error as Error).message;
        say(`      did not take place: ${item.failure}`);
      }
      await sleep(attack === undefined ? settings.benignRestMs : Math.max(settings.attackRestMs, (attack.lastsMs ?? 0) + 1_000 - (Date.now() - item.beganMs)));
      if (sidecar.child.exitCode !== null || sidecar.child.signalCode !== null) {
        say(`The sidecar has ended by itself (${sidecar.child.exitCode ?? sidecar.child.signalCode}): ${sidecar.said().slice(-2_000)}`);
        break;
      }
    }
    await sleep(2_000);
    clearInterval(measuring);
    const last = sidecar.use();
    const endedMs = Date.now();
    const cpuShare = (last.cpuSeconds - before.cpuSeconds) / ((endedMs - judgedFromMs) / 1_000);
    const ending = await sidecar.end();
    return { items, alerts: sidecar.alerts, teachingEndsMs: judgedFromMs, endedMs, startTookMs, peak, last, cpuShare, ending, said: sidecar.said(), folder };
  } finally {
    range.stop();
  }
}
