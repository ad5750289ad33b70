/** `npm run demo:sidecar`: a small service in namespaces of this machine, an intruder in it, and what the sidecar says, within a minute. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '#contract';
import { attacks } from '../test/range/attacks/index.ts';
import { benign } from '../test/range/benign.ts';
import { forwardPort } from '../test/range/place.ts';
import { untilReady } from '../test/range/run.ts';
import { programOf, startSidecar, type SeenAlert } from '../test/range/sidecar.ts';
import { whyNoRange } from '../test/range/task.ts';
import { buildWorld } from '../test/range/world.ts';

/** Enough for the service to show all that it does. */
const learnForMs = 20_000;

/** The intruder's way, in his order: names of the range's attacks, and what he is after. */
const intrusion: readonly (readonly [attack: string, purpose: string])[] = [
  ['command by a web shell', 'A worker of the service runs a command for a stranger'],
  ['script fetched and run', 'He fetches his script'],
  ["role's credentials taken by another program", "He takes the task role's credentials"],
  ['program from shared memory', 'He runs a program of his from shared memory'],
  ['new account', 'He makes himself an account'],
  ['bulk upload to a stranger', 'He carries 5 MB away'],
  ['log router killed', 'He ends the log router, so that nobody hears of it'],
];

/** What goes on meanwhile and must not alert. */
const ordinary = ['worker restart', 'burst of requests', 'maintenance script', 'database that refuses', 'uploads of the agent'];

const startMs = Date.now();
const isColoured = process.stdout.isTTY && process.stdout.hasColors() && !process.env['NO_COLOR'];
const strong = (text: string): string => (isColoured ? `\u001b[1m${text}\u001b[0m` : text);
const say = (sentence: string): void => console.log(`${((Date.now() - startMs) / 1_000).toFixed(1).padStart(5)} s  ${sentence}`);

/** Names are an intruder's to choose: what could move the cursor or colour the screen is shown as a dot. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');
}

function show({ alert, isUpdate, atMs }: SeenAlert, beganMs: number): void {
  if (isUpdate) return;
  const { severity, title, summary, explanation, attack }: Alert = alert;
  const indent = ' '.repeat(9);
  console.log(`${indent}${strong(`${severity.toUpperCase()}  ${plain(title)}`)}  ${beganMs === 0 ? '' : `after ${atMs - beganMs} ms`} ${attack.join(' ')}`);
  console.log(`${indent}  ${plain(summary)}`);
  console.log(`${indent}  Look first: ${plain(explanation.lookFirst)}`);
}

async function demonstrate(): Promise<void> {
  say('A task is built of namespaces: a shop with workers, an agent, a scheduler and a log router; outside it clients, a database, name server and metadata endpoint.');
  const range = await buildWorld({ seed: 5, receiver: 'forward', requestsPerSecond: 4 });
  try {
    await sleep(500);
    let beganMs = 0;
    let told = 0;
    const program = existsSync(programOf('bundle')[0]!) ? 'bundle' : 'sources';
    const sidecar = startSidecar(range.task, { hasPtrace: true, learnForMs, program, receiver: 'forward', folder: range.task.folder });
    sidecar.onAlert((seen) => {
      told += seen.isUpdate ? 0 : 1;
      show(seen, beganMs);
    });
    say(`fargazer sidecar --forward 127.0.0.1:${forwardPort} --learn-for ${learnForMs / 1_000}s begins, and learns what is usual.`);
    await untilReady(range, Date.now(), forwardPort);
    const taughtMs = Date.now() + learnForMs + 1_500;
    for (const { name, play } of benign) if (ordinary.includes(name)) await play(range, 1);
    await sleep(Math.max(0, taughtMs - Date.now()));
    if (sidecar.child.exitCode !== null) throw new Error(`the sidecar ended: ${sidecar.said()}`);
    say(`It has learned. ${strong('Ordinary life')}: ${ordinary.join(', ')}, three times as much as it has seen.`);
    for (const { name, play } of benign) if (ordinary.includes(name)) await play(range, 3);
    await sleep(1_000);
    say(told === 0 ? 'Not a word about that.' : `${told} alerts about that: they are false.`);
    for (const [name, purpose] of intrusion) {
      beganMs = Date.now();
      const before = told;
      say(strong(`${purpose}:`));
      const truth = await attacks.find((attack) => attack.name === name)?.play(range);
      await sleep(1_500);
      say(told === before ? `Nothing was told, though ${truth ?? 'it took place'}.` : `(Known by other means: ${truth}.)`);
    }
    const { residentMib, cpuSeconds } = sidecar.use();
    const { tookMs, status } = await sidecar.end();
    say(`The sidecar used ${residentMib.toFixed(0)} MiB and ${((100 * cpuSeconds) / ((Date.now() - startMs) / 1_000)).toFixed(1)} % of a core, its start included; it ended with ${status} within ${tookMs.toFixed(0)} ms.`);
  } finally {
    range.stop();
  }
}

const why = whyNoRange();
if (why === false) {
  try {
    await demonstrate();
  } catch (error) {
    console.error(`The demonstration stopped: ${(error as Error).message}.`);
    process.exitCode = 1;
  }
} else {
  console.log(`This demonstration ${why}. Try sudo npm run demo:sidecar on Linux, or npm start for a recording that needs nothing.`);
}
