/** The syntax of patterns: the common part of RE2's, read into a tree. */

export type Range = readonly [from: number, to: number];

export type Node =
  | { kind: 'set'; ranges: readonly Range[]; isNegated: boolean }
  | { kind: 'sequence' | 'choice'; items: readonly Node[] }
  | { kind: 'repeat'; item: Node; least: number; most: number }
  | { kind: 'begin' | 'end' };

/** What people write in matchers is far shorter. */
export const longestPattern = 1_024;
const deepestGroup = 40;
const lastCodePoint = 0x10_ffff;

/** What is wrong with a pattern: no capital, no full stop. */
export class Fault extends Error {}

const digits: readonly Range[] = [[0x30, 0x39]];
const words: readonly Range[] = [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const blanks: readonly Range[] = [[0x09, 0x0a], [0x0c, 0x0d], [0x20, 0x20]];
const classes: Readonly<Record<string, readonly Range[]>> = { d: digits, w: words, s: blanks };
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7 };

/** All but what the ranges hold. */
function complement(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((left, right) => left[0] - right[0]);
  const rest: Range[] = [];
  let from = 0;
  for (const [low, high] of sorted) {
    if (low > from) rest.push([from, low - 1]);
    from = Math.max(from, high + 1);
  }
  if (from <= lastCodePoint) rest.push([from, lastCodePoint]);
  return rest;
}

class Reader {
  readonly #characters: string[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#characters = [...text];
  }

  whole(): Node {
    const node = this.#choice();
    if (this.#at < this.#characters.length) throw new Fault('it closes a group that was not opened');
    return node;
  }

  #peek(ahead = 0): string | undefined {
    return this.#characters[this.#at + ahead];
  }

  #choice(): Node {
    const items = [this.#sequence()];
    while (this.#peek() === '|') {
      this.#at += 1;
      items.push(this.#sequence());
    }
    return items.length === 1 ? items[0]! : { kind: 'choice', items };
  }

  #sequence(): Node {
    const items: Node[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) items.push(this.#repeated(this.#atom()));
    return { kind: 'sequence', items };
  }

  #repeated(item: Node): Node {
    let node = item;
    for (;;) {
      const bounds = this.#bounds();
      if (bounds === undefined) return node;
      if (node !== item) throw new Fault('one repetition follows another; put the first into a group');
      node = { kind: 'repeat', item, least: bounds[0], most: bounds[1] };
      // Lazy or greedy is the same where the whole text has to match.
      if (this.#peek() === '?') this.#at += 1;
    }
  }

  #bounds(): [least: number, most: number] | undefined {
    const sign = this.#peek();
    const known: Readonly<Record<string, [number, number]>> = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] };
    if (sign !== undefined && known[sign] !== undefined) {
      this.#at += 1;
      return known[sign];
    }
    if (sign !== '{') return undefined;
    const end = this.#characters.indexOf('}', this.#at);
    const match = /^(\d{1,4})(,(\d{0,4}))?$/.exec(this.#characters.slice(this.#at + 1, Math.max(end, this.#at + 1)).join(''));
    // As in RE2, a brace that begins no repetition is a brace.
    if (match === null) return undefined;
    this.#at = end + 1;
    const least = Number(match[1]);
    const most = match[2] === undefined ? least : match[3] === '' ? Infinity : Number(match[3]);
    if (least > most) throw new Fault('a repetition has more at least than at most');
    return [least, most];
  }

  #atom(): Node {
    const character = this.#peek()!;
    this.#at += 1;
    if (character === '(') return this.#group();
    if (character === '[') return this.#set();
    if (character === '.') return { kind: 'set', ranges: [[10, 10]], isNegated: true };
    if (character === '^') return { kind: 'begin' };
    if (character === '$') return { kind: 'end' };
    if (character === '*' || character === '+' || character === '?') throw new Fault(`there is nothing for ${character} to repeat`);
    if (character === '\\') return this.#escape();
    return single(character.codePointAt(0)!);
  }

  #group(): Node {
    this.#depth += 1;
    if (this.#depth > deepestGroup) throw new Fault('its groups are nested too deeply');
    if (this.#peek() === '?') {
      const [, second, third] = [this.#peek(), this.#peek(1), this.#peek(2)];
      if (second === ':') this.#at += 2;
      else if ((second === '<' && third !== '=' && third !== '!') || second === 'P') this.#at = this.#nameEnd();
      else if (second === '=' || second === '!' || second === '<') throw new Fault('it looks ahead or behind, which cannot be done in steady time');
      else throw new Fault('it has flags in its midst; (?i) may stand at the very beginning');
    }
    const node = this.#choice();
    if (this.#peek() !== ')') throw new Fault('a group is not closed');
    this.#at += 1;
    this.#depth -= 1;
    return node;
  }

  #nameEnd(): number {
    const end = this.#characters.indexOf('>', this.#at);
    if (end < 0) throw new Fault('the name of a group does not end');
    return end + 1;
  }

  #escape(): Node {
    const character = this.#peek();
    if (character === undefined) throw new Fault('it ends in a backslash');
    this.#at += 1;
    if (character === 'A') return { kind: 'begin' };
    if (character === 'z') return { kind: 'end' };
    const named = classes[character.toLowerCase()];
    if (named !== undefined) return { kind: 'set', ranges: named, isNegated: character !== character.toLowerCase() };
    return single(this.#escaped(character));
  }

  /** The code point that stands behind a backslash; `character` was read. */
  #escaped(character: string): number {
    if (/[1-9]/.test(character)) throw new Fault('it refers back to a group, which cannot be done in steady time');
    if (character === 'x') {
      const match = /^(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))/.exec(this.#characters.slice(this.#at, this.#at + 8).join(''));
      const code = match === null ? Number.NaN : Number.parseInt(match[1] ?? match[2] ?? '', 16);
      if (match === null || !(code <= lastCodePoint)) throw new Fault('\\x wants two digits, or digits in braces');
      this.#at += match[0].length;
      return code;
    }
    const control = controls[character];
    if (control !== undefined) return control;
    if (/[A-Za-z0-9]/.test(character)) throw new Fault(`\\${character} is not known here`);
    return character.codePointAt(0)!;
  }

  #set(): Node {
    const isNegated = this.#peek() === '^';
    if (isNegated) this.#at += 1;
    const ranges: Range[] = [];
    for (let isFirst = true; ; isFirst = false) {
      const character = this.#peek();
      if (character === undefined) throw new Fault('a [ is not closed');
      if (character === ']' && !isFirst) break;
      if (character === '[' && this.#peek(1) === ':') throw new Fault('[:names:] are not known here');
      const low = this.#member(ranges);
      if (low === undefined) continue;
      if (this.#peek() === '-' && this.#peek(1) !== ']' && this.#peek(1) !== undefined) {
        this.#at += 1;
        const high = this.#member([]);
        if (high === undefined || high < low) throw new Fault('a range in [] runs backwards');
        ranges.push([low, high]);
      } else ranges.push([low, low]);
    }
    this.#at += 1;
    return { kind: 'set', ranges, isNegated };
  }

  /** A code point of a set; undefined where it was a class, which is added to the ranges. */
  #member(ranges: Range[]): number | undefined {
    const character = this.#peek()!;
    this.#at += 1;
    if (character !== '\\') return character.codePointAt(0)!;
    const next = this.#peek();
    if (next === undefined) throw new Fault('it ends in a backslash');
    this.#at += 1;
    const named = classes[next.toLowerCase()];
    if (named === undefined) return this.#escaped(next);
    ranges.push(...(next === next.toLowerCase() ? named : complement(named)));
    return undefined;
  }
}

function single(code: number): Node {
  return { kind: 'set', ranges: [[code, code]], isNegated: false };
}

/** The tree of a pattern; throws `Fault` where it is none, or asks for what cannot be done in steady time. */
export function readPattern(text: string): Node {
  return new Reader(text).whole();
}
