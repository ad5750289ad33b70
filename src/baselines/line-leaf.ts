/** Lines of one length and first word: which of them differ only in variable positions. */
import { hashed, mixed } from './hash.ts';

/** A position becomes variable once more values than this were seen there. */
export const valueLimit = 16;
/** Longer lines (hostile ones) are compared by their first positions. */
const positionLimit = 64;

interface Words {
  tokens: string[];
  /** Two hashes per position; sums of them name a line with some positions left out. */
  first: number[];
  second: number[];
  firstSum: number;
  secondSum: number;
}

function wordsOf(template: string): Words {
  const tokens = template.split(' ', positionLimit);
  const first: number[] = [];
  const second: number[] = [];
  let firstSum = 0;
  let secondSum = 0;
  for (let at = 0; at < tokens.length; at += 1) {
    const one = mixed(hashed(tokens[at] as string) + at);
    const two = mixed(~one);
    first.push(one);
    second.push(two);
    firstSum = (firstSum + one) >>> 0;
    secondSum = (secondSum + two) >>> 0;
  }
  return { tokens, first, second, firstSum, secondSum };
}

/** As `nameWithout`, of one position. */
function nameWithoutOne({ first, second, firstSum, secondSum }: Words, at: number): number {
  const one = (firstSum - (first[at] ?? 0) + mixed(at)) >>> 0;
  const two = (secondSum - (second[at] ?? 0) + at) >>> 0;
  return one * 0x10_0000 + (two & 0xf_ffff);
}

/** Names the line without the given positions; 52 bits, so that chance does not join two. */
function nameWithout({ first, second, firstSum, secondSum }: Words, positions: readonly number[]): number {
  let one = firstSum;
  let two = secondSum;
  for (const at of positions) {
    one = (one - (first[at] ?? 0) + mixed(at)) >>> 0;
    two = (two - (second[at] ?? 0) + at) >>> 0;
  }
  return one * 0x10_0000 + (two & 0xf_ffff);
}

interface Context {
  values: Set<number>;
  members: number[];
}

/** Templates in order of entry, joined where they count as one; only grows. */
export class Leaf {
  readonly ids: string[] = [];
  readonly #words: Words[] = [];
  readonly #parents: number[] = [];
  /** By position: lines alike but for that position; a number is the one member so far, as in most. */
  readonly #contexts: Map<number, Context | number>[] = [];
  /** What templates folded earlier have in common. */
  readonly #patterns: { positions: readonly number[]; name: number; member: number }[] = [];
  readonly #distinct: Set<number>[] = [];
  #skeletons = new Map<number, { members: number[]; values: Set<number>[] }>();
  #candidates: number[] = [];
  #isOpen = false;

  root(member: number): number {
    let at = member;
    while (this.#parents[at] !== at) at = this.#parents[at] as number;
    return at;
  }

  #join(left: number, right: number): void {
    const one = this.root(left);
    const two = this.root(right);
    if (one !== two) this.#parents[Math.max(one, two)] = Math.min(one, two);
  }

  enter(id: string, template: string, variable: readonly number[]): number {
    const member = this.ids.length;
    const words = wordsOf(template);
    this.ids.push(id);
    this.#words.push(words);
    this.#parents.push(member);
    if (variable.length > 0) {
      this.#patterns.push({ positions: variable, name: nameWithout(words, variable), member });
      for (let other = 0; other < member; other += 1) this.#match(other);
    }
    this.#match(member);
    // With 16 templates or fewer no position can be variable: nothing is indexed until then.
    if (this.#isOpen) this.#index(member);
    else if (this.ids.length > valueLimit) {
      this.#isOpen = true;
      for (let at = 0; at <= member; at += 1) this.#index(at);
    }
    return member;
  }

  #match(member: number): void {
    for (const pattern of this.#patterns) {
      if (nameWithout(this.#words[member] as Words, pattern.positions) === pattern.name) this.#join(member, pattern.member);
    }
  }

  #index(member: number): void {
    const words = this.#words[member] as Words;
    let isCandidateNew = false;
    for (let at = 0; at < words.tokens.length; at += 1) {
      const value = words.first[at] as number;
      const contexts = (this.#contexts[at] ??= new Map<number, Context | number>());
      const name = nameWithoutOne(words, at);
      const context = contexts.get(name);
      if (context === undefined) contexts.set(name, member);
      else if (typeof context === 'number') {
        const values = new Set([(this.#words[context] as Words).first[at] as number, value]);
        contexts.set(name, { values, members: [context, member] });
      } else {
        context.values.add(value);
        context.members.push(member);
        if (context.values.size > valueLimit) for (const other of context.members) this.#join(member, other);
      }
      const distinct = (this.#distinct[at] ??= new Set<number>());
      if (distinct.size <= valueLimit) {
        distinct.add(value);
        if (distinct.size > valueLimit) isCandidateNew = true;
      }
    }
    if (isCandidateNew) this.#reopen(member);
    else this.#stand(member);
  }

  /** Several positions that vary at once: tried only while most of the words of a line stay. */
  #reopen(until: number): void {
    this.#candidates = [];
    for (const [at, distinct] of this.#distinct.entries()) if (distinct.size > valueLimit) this.#candidates.push(at);
    this.#skeletons = new Map();
    if (this.#candidates.length > 1) for (let member = 0; member <= until; member += 1) this.#stand(member);
  }

  #stand(member: number): void {
    const candidates = this.#candidates;
    if (candidates.length < 2) return;
    const words = this.#words[member] as Words;
    const staying = words.tokens.filter((token, at) => !candidates.includes(at) && /\p{L}/u.test(token)).length;
    if (staying < candidates.length) return;
    const name = nameWithout(words, candidates);
    const skeleton = this.#skeletons.get(name) ?? { members: [], values: candidates.map(() => new Set<number>()) };
    this.#skeletons.set(name, skeleton);
    skeleton.members.push(member);
    for (const [order, at] of candidates.entries()) skeleton.values[order]?.add(words.first[at] as number);
    if (skeleton.values.every(({ size }) => size > valueLimit)) for (const other of skeleton.members) this.#join(member, other);
  }

  /** The member that a template not kept belongs with; -1 for none. */
  find(template: string): number {
    const words = wordsOf(template);
    for (const pattern of this.#patterns) {
      if (nameWithout(words, pattern.positions) === pattern.name) return pattern.member;
    }
    if (!this.#isOpen) return -1;
    for (let at = 0; at < words.tokens.length; at += 1) {
      const context = this.#contexts[at]?.get(nameWithoutOne(words, at));
      if (typeof context === 'object' && context.values.size > valueLimit) return context.members[0] as number;
    }
    if (this.#candidates.length > 1) {
      const skeleton = this.#skeletons.get(nameWithout(words, this.#candidates));
      if (skeleton?.values.every(({ size }) => size > valueLimit)) return skeleton.members[0] as number;
    }
    return -1;
  }

  /** Members of the largest group that counts as one. */
  largestGroup(): number {
    const counts = new Map<number, number>();
    let most = 0;
    for (let member = 0; member < this.ids.length; member += 1) {
      const root = this.root(member);
      const count = (counts.get(root) ?? 0) + 1;
      counts.set(root, count);
      if (count > most) most = count;
    }
    return most;
  }

  /** Positions in which some members differ. */
  differing(members: readonly number[]): number[] {
    const [one, ...others] = members.map((member) => (this.#words[member] as Words).first);
    return [...(one ?? []).keys()].filter((at) => others.some((first) => first[at] !== one?.[at]));
  }
}
