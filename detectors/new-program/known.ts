/** What a launch teaches of programs, of who starts whom and as whom; and what is known of one that is judged. */
import type { ProcessActivity, Program, SetView } from '#contract';
import { commandWords } from '../command-words.ts';
import { kindOfProgram } from '../program-kinds.ts';
import { invocationOf, isSystemPlace, type Invocation, nameOf, pathKey, programKey, toolName } from '../program-key.ts';

export interface Views {
  programs: SetView;
  parents: SetView;
  users: SetView;
}

/** Run whatever they are told to, so that what counts is who called them. */
const passing = /^(?:env|timeout|nice|ionice|nohup|setsid|xargs|stdbuf|su|sudo|gosu|su-exec|setpriv|runuser|chpst|flock|time|find)$/;
/** What stands at the root of a container; its children may be anybody's orphans. */
const root = /^(?:pause|tini|tini-static|dumb-init|docker-init|init|systemd|catatonit|s6-svscan|s6-supervise|runsvdir|containerd-shim.*|conmon|runc.*|crun|nsenter)$/;

/** By these the runtime comes in from outside the task, to become a health check or a session in the same process a moment later. */
const door = /^(?:nsenter|setpriv|capsh|chroot|unshare|runc.*|crun|conmon|containerd-shim.*)$/;

const ways = ['script', 'module', 'inline', 'interactive', 'stdin'] as const satisfies readonly Invocation['kind'][];

export function nameKey(name: string): string {
  return `name ${name.slice(0, 40)}`;
}

function kernelKey({ name }: Program): string {
  return `called ${name.slice(0, 40)}`;
}

function pairKey(parent: string, child: string): string {
  return `${parent} > ${child}`;
}

/** A fork: it runs what its parent runs. */
export function isFork({ program, lineage }: ProcessActivity): boolean {
  const [parent] = lineage;
  if (parent === undefined) return false;
  return program.path === '' || parent.path === '' ? program.path === parent.path && program.name === parent.name : program.path === parent.path;
}

export function isRoot(program: Program): boolean {
  return root.test(nameOf(program));
}

/** Ancestors that started something of their own will: what only passes a command on is gone by the next look. */
function startersOf({ lineage }: ProcessActivity): Program[] {
  return lineage.filter((program) => !isRoot(program) && !passing.test(toolName(program)));
}

/** Caught before it became what it is for; whoever is inside has a parent here. */
export function isDoor({ program, lineage, foundBy }: ProcessActivity): boolean {
  return foundBy === 'proc' && lineage.length === 0 && door.test(nameOf(program));
}

/** Nearest ancestor that decides what is run: no shell, where there is another. */
export function starterOf(activity: ProcessActivity): Program | undefined {
  const starters = startersOf(activity);
  return starters.find((program) => kindOfProgram(toolName(program)) !== 'shell') ?? starters[0];
}

/** The nearest of them, be it a shell. */
export function directStarterOf(activity: ProcessActivity): Program | undefined {
  return startersOf(activity)[0];
}

/** Names of programs in the text given to a shell. */
export function wordsOf(activity: ProcessActivity): string[] {
  const called = invocationOf(activity);
  return called?.kind === 'inline' && kindOfProgram(toolName(activity.program, activity.arguments)) === 'shell' ? commandWords(called.what) : [];
}

export function programsTaught({ activity }: { activity: ProcessActivity }): string[] | undefined {
  if (activity.activity !== 'launch') return undefined;
  const { program, lineage, arguments: words } = activity;
  // Also by the kernel's name (`sh` for `/usr/bin/dash`): it is all that is left of who dies while it is read.
  const keys = new Set([pathKey(program, words), programKey(activity), nameKey(toolName(program, words)), kernelKey(program)]);
  const called = invocationOf(activity);
  if (called !== undefined) keys.add(`${pathKey(program, words)} ${called.kind}`);
  for (const word of wordsOf(activity)) keys.add(nameKey(word));
  for (const ancestor of lineage) keys.add(pathKey(ancestor)).add(nameKey(toolName(ancestor))).add(kernelKey(ancestor));
  return [...keys];
}

/** Its file was opened, or it was gone before more could be read: who started it cannot be told. */
export function isGlimpse({ foundBy, lineage, arguments: words }: ProcessActivity): boolean {
  return foundBy === 'open' || (lineage.length === 0 && words.length === 0);
}

export function parentsTaught({ activity }: { activity: ProcessActivity }): string[] | undefined {
  if (activity.activity !== 'launch') return undefined;
  const { program, lineage, arguments: words } = activity;
  const own = pathKey(program, words);
  const chain = lineage.filter((ancestor) => !isRoot(ancestor)).map((ancestor) => pathKey(ancestor));
  const [parent] = chain;
  const keys = new Set<string>();
  // What a shell is told to run it will start, seen or not.
  for (const word of wordsOf(activity)) for (const ancestor of [own, ...chain]) keys.add(pairKey(ancestor, nameKey(word)));
  if (parent === undefined) return [...keys, pairKey(isGlimpse(activity) ? '*' : 'outside', own)];
  if (parent !== own) keys.add(pairKey(parent, '*'));
  for (const ancestor of chain) if (ancestor !== own) keys.add(pairKey(ancestor, own));
  for (let at = 1; at < chain.length; at += 1) {
    if (chain[at] === chain[at - 1]) continue;
    keys.add(pairKey(chain[at]!, chain[at - 1]!)).add(pairKey(chain[at]!, '*'));
  }
  return [...keys];
}

export function usersTaught({ activity }: { activity: ProcessActivity }): string[] | undefined {
  if (activity.activity !== 'launch') return undefined;
  const { program, userId, arguments: words } = activity;
  // Users of all launches are kept, so that the set learns as fast as the others.
  return userId < 0 ? ['unknown user'] : [`${pathKey(program, words)} as ${userId}`, `${pathKey(program, words)} as anyone`];
}

export function isProgramKnown({ programs }: Views, { program, arguments: words }: ProcessActivity): boolean {
  if (programs.of(pathKey(program, words)).isUsual) return true;
  // Known by its name alone: from the text of a command, or seen when its path could not be read.
  const isPlain = program.path === '' || isSystemPlace(program.path);
  if (isPlain && programs.of(nameKey(toolName(program, words))).isUsual) return true;
  return program.path === '' && programs.of(kernelKey(program)).isUsual;
}

export function isPairKnown({ parents }: Views, parent: Program, { program, arguments: words }: ProcessActivity): boolean {
  if (parents.of(pairKey(pathKey(parent), pathKey(program, words))).isUsual) return true;
  const isPlain = program.path === '' || isSystemPlace(program.path);
  return isPlain && parents.of(pairKey(pathKey(parent), nameKey(toolName(program, words)))).isUsual;
}

/** Seen by a glimpse: who started it then may be who starts it now. */
export function isSeenAlone({ parents }: Views, { program, arguments: words }: ProcessActivity): boolean {
  return parents.of(pairKey('*', pathKey(program, words))).isUsual || parents.of(pairKey('*', pathKey({ ...program, name: '' }))).isUsual;
}

/** Of so many that were read, one that was only glimpsed was most likely like them. */
const readsOfGlimpse = 4;

/** Glimpsed so often, beside how often its calls were read, that one of them may have been missed. */
export function isCallInDoubt({ parents, users, programs }: Views, { program, arguments: words }: ProcessActivity): boolean {
  const path = pathKey(program, words);
  // Known as somebody's parent alone: none of its calls was ever read.
  if (!ways.some((way) => programs.of(`${path} ${way}`).isUsual)) return true;
  const glimpses = parents.of(pairKey('*', path));
  return glimpses.isUsual && glimpses.count * readsOfGlimpse >= users.of(`${path} as anyone`).count;
}

/** Starts other programs than itself, as far as was seen. */
export function isStarter({ parents }: Views, parent: Program): boolean {
  return parents.of(pairKey(pathKey(parent), '*')).isUsual;
}

export function isCallKnown({ programs }: Views, activity: ProcessActivity): boolean {
  return programs.of(programKey(activity)).isUsual;
}

/** Called in this way (`-c`, a script, by hand) with anything. */
export function isWayKnown({ programs }: Views, activity: ProcessActivity, kind: string): boolean {
  return programs.of(`${pathKey(activity.program, activity.arguments)} ${kind}`).isUsual;
}

export function isUserNew({ users }: Views, { program, arguments: words, userId }: ProcessActivity): boolean {
  const path = pathKey(program, words);
  return userId >= 0 && !users.of(`${path} as ${userId}`).isUsual && users.of(`${path} as anyone`).isUsual;
}
