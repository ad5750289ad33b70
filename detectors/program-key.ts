/** What a program is known by: its path without what varies, with the applet, script or way of calling that tells it from others of its path. */
import type { ProcessActivity, Program } from '#contract';
import { commandWords } from './command-words.ts';

/** Places that anybody may write, beside what the sensor says. */
const writablePlace = /^(?:\/(?:private\/)?(?:tmp|var\/tmp|dev\/shm|dev\/mqueue|run\/lock|var\/lock|run\/user|proc\/(?:self|\d+)\/fd)(?:\/|$)|\/?memfd:)/;
const systemPlace = /^\/(?:usr\/)?(?:local\/)?s?bin\/[^/]+$/;
const multiCall = /^(?:busybox|toybox|coreutils)(?:[.-].*)?$/;
const shell = /^(?:(?:b|d|a|z|k|mk|pdk|y|tc|c|rb|fi)?a?sh|ksh\d*|hush)(?:-\d.*|\d.*)?$/;
const interpreter = /^(?:python|pypy|node|nodejs|deno|bun|perl|ruby|php|php-cli|lua|luajit|tclsh|java|Rscript|pwsh|expect|jshell|groovy)(?:\d[\d.]*)?$/;
/** Long enough for nearly any honest path; what is longer keeps its beginning and its end, where names differ. */
const keyLimit = 120;
const keyEnd = 50;

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function isWritablePlace(path: string): boolean {
  return writablePlace.test(path);
}

/** Where a system keeps its programs. */
export function isSystemPlace(path: string): boolean {
  return systemPlace.test(path);
}

export function isShell(name: string): boolean {
  return shell.test(name);
}

export function isInterpreter(name: string): boolean {
  return interpreter.test(name);
}

/** Letters, cases and digits in turn, as random names have them. */
function isRandom(part: string): boolean {
  if (part.length < 6) return false;
  if (/^[0-9a-f]{8,}$/i.test(part) && /\d/.test(part)) return true;
  let turns = 0;
  let before = '';
  for (const sign of part) {
    const kind = sign >= '0' && sign <= '9' ? 'digit' : sign >= 'A' && sign <= 'Z' ? 'upper' : 'lower';
    if (before !== '' && kind !== before) turns += 1;
    before = kind;
  }
  return turns >= 3;
}

/** A path in which versions, dates and random names are masked; `/usr/bin` and `/bin` are one. */
export function maskedPath(path: string): string {
  const bounded = path.length <= keyLimit ? path : `${path.slice(0, keyLimit - keyEnd)}…${path.slice(-keyEnd)}`;
  const plain = bounded.replace(/^\/usr(?=\/(?:s?bin|lib\d*)\/)/, '');
  const isTemporary = isWritablePlace(plain);
  return plain
    .split('/')
    .map((segment) =>
      segment
        .split(/([._-])/)
        .map((part) => {
          if (isTemporary && /^tmp[A-Za-z0-9]{6,}$/.test(part)) return 'tmp*';
          return (isTemporary || part.length >= 8) && isRandom(part) ? '*' : part;
        })
        .join('')
        .replace(/(?<=[._v-])\d+|\d{3,}/g, '#'),
    )
    .join('/');
}

/** The name it is called by: the file's where that is known, else what was asked for, else the kernel's. */
export function nameOf(program: Program, words: readonly string[] = []): string {
  if (program.path !== '') return baseName(program.path);
  const asked = baseName(words[0] ?? '').replace(/^-/, '');
  return isShell(asked) || isInterpreter(asked) ? asked : program.name;
}

/** Key of a program as a parent, and of all its ways of being called. */
export function pathKey(program: Program, words: readonly string[] = []): string {
  const { path } = program;
  if (path === '') return `?${nameOf(program, words).slice(0, 64).replace(/\d{3,}|(?<=[._:-])\d+/g, '#')}`;
  if (!multiCall.test(baseName(path))) return maskedPath(path);
  return `${maskedPath(path)} ${appletOf(program, words)}`;
}

function appletOf({ name }: Program, words: readonly string[]): string {
  const first = baseName(words[0] ?? '').replace(/^-/, '');
  if (first !== '' && !multiCall.test(first)) return first.slice(0, 32);
  return (baseName(words[1] ?? '') || name).slice(0, 32);
}

/** `gzip`, also where it is an applet. */
export function toolName(program: Program, words: readonly string[] = []): string {
  const name = nameOf(program, words);
  return multiCall.test(name) ? appletOf(program, words) : name;
}

/** How an interpreter was called. */
export interface Invocation {
  kind: 'script' | 'module' | 'inline' | 'interactive' | 'stdin';
  /** Path of the script, name of the module, text of the code; else empty. */
  what: string;
}

/** Options after which the next word belongs to them, by language. */
const takesValue: readonly (readonly [name: RegExp, options: RegExp])[] = [
  [/^(?:python|pypy)/, /^-[WX]$/],
  [/^(?:node|deno|bun)/, /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file)$/],
  [/^(?:perl|ruby)/, /^-[IC]$/],
  [/^php/, /^(?:-d|-c|-z)$/],
  [/^java$/, /^(?:-cp|-classpath|--class-path|-p|--module-path|--add-modules|--add-opens)$/],
];
const inlineOptions: readonly (readonly [name: RegExp, options: RegExp])[] = [
  [/^(?:python|pypy)/, /^-[bBdEhiIOqsSuvx]*c/],
  [/^(?:node|deno|bun)/, /^(?:-e|--eval|-p|--print|-pe)$/],
  [/^perl/, /^-[a-zA-Z0-9]*[eE]$/],
  [/^(?:ruby|lua|luajit|Rscript|groovy)/, /^-[a-z]*e$/],
  [/^php/, /^(?:-r|-B|-R|-E)$/],
  [/^pwsh$/, /^-(?:c|Command|EncodedCommand|e|enc)$/i],
];

const matches = (table: readonly (readonly [RegExp, RegExp])[], name: string, word: string): boolean => table.some(([names, options]) => names.test(name) && options.test(word));

/** Undefined for what is no interpreter, and where its arguments could not be read. */
export function invocationOf({ program, arguments: words, streams }: ProcessActivity): Invocation | undefined {
  const name = toolName(program, words);
  if (words.length === 0) return undefined;
  const rest = multiCall.test(baseName(words[0] ?? '')) ? words.slice(2) : words.slice(1);
  if (isShell(name)) return shellInvocation(rest, streams?.[0] === 'terminal');
  if (!isInterpreter(name)) return undefined;
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at]!;
    const next = rest[at + 1] ?? '';
    if (matches(inlineOptions, name, word)) {
      const attached = /^(?:python|pypy)/.test(name) ? word.replace(/^-[a-zA-Z]*?c/, '') : '';
      return { kind: 'inline', what: attached === '' ? next : attached };
    }
    if (word === '-') return { kind: 'stdin', what: '' };
    if (word === '-m' && !/^(?:perl|php)/.test(name)) return { kind: 'module', what: next };
    if (name === 'java' && word === '-jar') return { kind: 'script', what: next };
    if (matches(takesValue, name, word)) at += 1;
    else if (!word.startsWith('-')) return { kind: 'script', what: word };
  }
  return { kind: streams?.[0] === 'terminal' || rest.includes('-i') ? 'interactive' : 'stdin', what: '' };
}

function shellInvocation(rest: readonly string[], hasTerminal: boolean): Invocation {
  let isInteractive = hasTerminal;
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at]!;
    if (word === '--') continue;
    if (/^--(?:rcfile|init-file)$/.test(word)) at += 1;
    else if (/^[-+][a-zA-Z]+$/.test(word)) {
      if (word.startsWith('-') && word.includes('c')) return { kind: 'inline', what: rest.slice(at + 1).find((one) => !/^[-+]/.test(one)) ?? '' };
      if (word.includes('i')) isInteractive = true;
      if (/[oO]$/.test(word)) at += 1;
    } else if (!word.startsWith('-')) return { kind: 'script', what: word };
  }
  return { kind: isInteractive ? 'interactive' : 'stdin', what: '' };
}

/** Key of a program as it was called; equal to `pathKey` where nothing more tells it apart. */
export function programKey(activity: ProcessActivity): string {
  const { program, arguments: words } = activity;
  const path = pathKey(program, words);
  const called = invocationOf(activity);
  if (called === undefined) return path;
  return `${path} ${calledKey(called, toolName(program, words))}`.slice(0, 2 * keyLimit);
}

function calledKey({ kind, what }: Invocation, name: string): string {
  if (kind === 'interactive') return '-i';
  if (kind === 'stdin') return '-s';
  if (kind === 'module') return `-m ${what.slice(0, 64)}`;
  if (kind === 'script') return maskedPath(what);
  if (isShell(name)) return `-c ${commandWords(what).toSorted().join(' ')}`;
  // Text between quotes and numbers are what such code is given, the rest is what it does.
  return `-c ${what.replace(/'[^']*'|"[^"]*"/g, "''").replace(/\d+/g, '#').replace(/\s+/g, ' ').slice(0, 160)}`;
}
