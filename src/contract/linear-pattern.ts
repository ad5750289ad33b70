/** Regular expressions that cannot run away: RE2's idea, all ways through a pattern followed at once, a character at a time. */
import { Fault, longestPattern, readPattern, type Node, type Range } from './pattern-syntax.ts';

export interface LinearPattern {
  /** Whether the whole text matches; takes at most (length of the text) × (size of the pattern) steps. */
  test(text: string): boolean;
}

type Instruction =
  | { op: 'set'; ranges: readonly Range[]; isNegated: boolean }
  | { op: 'split'; to: number; or: number }
  | { op: 'jump'; to: number }
  | { op: 'begin' | 'end' | 'match' };

/** With labels of at most 256 characters, under a millisecond a text. */
const mostInstructions = 1_000;

function isWithin(ranges: readonly Range[], code: number): boolean {
  for (const [low, high] of ranges) if (code >= low && code <= high) return true;
  return false;
}

/** Grows by instructions; the steps count repetitions of what is empty too. */
class Program extends Array<Instruction> {
  steps = 0;
}

function emit(node: Node, program: Program): void {
  program.steps += 1;
  if (program.length > mostInstructions || program.steps > 4 * mostInstructions) throw new Fault('it is too large once its repetitions are written out');
  if (node.kind === 'set') program.push({ op: 'set', ranges: node.ranges, isNegated: node.isNegated });
  else if (node.kind === 'begin' || node.kind === 'end') program.push({ op: node.kind });
  else if (node.kind === 'sequence') for (const item of node.items) emit(item, program);
  else if (node.kind === 'choice') emitChoice(node.items, program);
  else if (node.kind === 'repeat') emitRepeat(node.item, node.least, node.most, program);
}

function emitChoice(items: readonly Node[], program: Program): void {
  const ends: { op: 'jump'; to: number }[] = [];
  for (const [at, item] of items.entries()) {
    if (at === items.length - 1) emit(item, program);
    else {
      const split = { op: 'split' as const, to: program.length + 1, or: 0 };
      program.push(split);
      emit(item, program);
      const end = { op: 'jump' as const, to: 0 };
      program.push(end);
      ends.push(end);
      split.or = program.length;
    }
  }
  for (const end of ends) end.to = program.length;
}

function emitRepeat(item: Node, least: number, most: number, program: Program): void {
  for (let at = 0; at < least; at += 1) emit(item, program);
  if (most === Infinity) {
    const start = program.length;
    const split = { op: 'split' as const, to: start + 1, or: 0 };
    program.push(split);
    emit(item, program);
    program.push({ op: 'jump', to: start });
    split.or = program.length;
    return;
  }
  const splits: { op: 'split'; to: number; or: number }[] = [];
  for (let at = least; at < most; at += 1) {
    const split = { op: 'split' as const, to: program.length + 1, or: 0 };
    program.push(split);
    splits.push(split);
    emit(item, program);
  }
  for (const split of splits) split.or = program.length;
}

/** The places of a program that wait for a character, each once. */
class Places {
  readonly waiting: number[] = [];
  readonly #seen: Uint8Array;
  hasMatch = false;

  constructor(size: number) {
    this.#seen = new Uint8Array(size);
  }

  clear(): void {
    this.waiting.length = 0;
    this.#seen.fill(0);
    this.hasMatch = false;
  }

  enter(program: readonly Instruction[], start: number, isBegin: boolean, isEnd: boolean): void {
    const stack = [start];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (this.#seen[at] === 1) continue;
      this.#seen[at] = 1;
      const instruction = program[at]!;
      if (instruction.op === 'set') this.waiting.push(at);
      else if (instruction.op === 'jump') stack.push(instruction.to);
      else if (instruction.op === 'split') stack.push(instruction.or, instruction.to);
      else if (instruction.op === 'match') this.hasMatch = true;
      else if (instruction.op === 'begin' ? isBegin : isEnd) stack.push(at + 1);
    }
  }
}

function run(program: readonly Instruction[], text: string, isCaseless: boolean): boolean {
  let now = new Places(program.length);
  let next = new Places(program.length);
  now.enter(program, 0, true, text.length === 0);
  let place = 0;
  for (const character of text) {
    if (now.waiting.length === 0) return false;
    place += character.length;
    const code = character.codePointAt(0)!;
    next.clear();
    for (const at of now.waiting) {
      const { ranges, isNegated } = program[at] as Instruction & { op: 'set' };
      const isMember = isWithin(ranges, code) || (isCaseless && (isWithin(ranges, character.toLowerCase().codePointAt(0)!) || isWithin(ranges, character.toUpperCase().codePointAt(0)!)));
      if (isMember !== isNegated) next.enter(program, at + 1, false, place === text.length);
    }
    [now, next] = [next, now];
  }
  return now.hasMatch;
}

/**
 * A pattern in the syntax of RE2 that is common in matchers: `. | * + ? {n,m} ( ) [ ] \d \w \s ^ $` and `(?i)` at the
 * beginning; a fault (no capital, no full stop) where it is none, or asks for what cannot be done in steady time.
 */
export function linearPattern(text: string): LinearPattern | { fault: string } {
  if (text.length > longestPattern) return { fault: `it is longer than ${longestPattern} characters` };
  const isCaseless = text.startsWith('(?i)');
  try {
    const program = new Program();
    emit(readPattern(isCaseless ? text.slice(4) : text), program);
    program.push({ op: 'match' });
    return { test: (value) => run(program, value, isCaseless) };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.message };
    throw error;
  }
}
