/** Which templates differ only in variable positions: derived from the templates kept, never stored. */
import type { Vote } from '#contract';
import { addBallot, addVote, copyBallot, emptyBallot, type Ballot } from './ballot.ts';
import { remove, type Crowd } from './crowd.ts';
import { hashed, mixed } from './hash.ts';

/** A template with its votes; `variable` holds the positions of one that stands for templates folded into it. */
export interface KindEntry extends Ballot {
  template: string;
  variable: number[];
}
export type LineState = Crowd<KindEntry>;

/** A position becomes variable once more values than this were seen there. */
const valueLimit = 16;
/** Templates of one grove kept apart; above it all but the earliest and the smallest hashes are folded into one. */
const groveLimit = 48;
const keptApart = 17;
/** Longer lines (hostile ones) are compared by their first positions and the rest as one. */
const positionLimit = 64;
export const wildcard = '<*>';

/** Templates that count as one kind. */
export interface Grove {
  /** Of the earliest template. */
  id: string;
  template: string;
  sum: Ballot;
  members: string[];
}

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
  const first = tokens.map((token, at) => mixed(hashed(token) + at));
  const second = first.map((hash) => mixed(~hash));
  const add = (sum: number, value: number): number => (sum + value) >>> 0;
  return { tokens, first, second, firstSum: first.reduce(add, 0), secondSum: second.reduce(add, 0) };
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

/** Lines of one length and first token. */
class Leaf {
  readonly ids: string[] = [];
  readonly #words: Words[] = [];
  readonly #parents: number[] = [];
  /** By position: lines alike but for that position. */
  readonly #contexts: Map<number, Context>[] = [];
  /** By number of positions seen so far as candidates. */
  readonly #patterns: { positions: number[]; name: number; member: number }[] = [];
  #distinct: Set<number>[] = [];
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

  enter(id: string, entry: KindEntry): number {
    const member = this.ids.length;
    const words = wordsOf(entry.template);
    this.ids.push(id);
    this.#words.push(words);
    this.#parents.push(member);
    if (entry.variable.length > 0) {
      this.#patterns.push({ positions: entry.variable, name: nameWithout(words, entry.variable), member });
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
      const contexts = (this.#contexts[at] ??= new Map<number, Context>());
      const name = nameWithout(words, [at]);
      const context = contexts.get(name);
      if (context === undefined) contexts.set(name, { values: new Set([value]), members: [member] });
      else {
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
      const context = this.#contexts[at]?.get(nameWithout(words, [at]));
      if (context !== undefined && context.values.size > valueLimit) return context.members[0] as number;
    }
    if (this.#candidates.length > 1) {
      const skeleton = this.#skeletons.get(nameWithout(words, this.#candidates));
      if (skeleton?.values.every(({ size }) => size > valueLimit)) return skeleton.members[0] as number;
    }
    return -1;
  }

  /** Positions in which some members differ. */
  differing(members: readonly number[]): number[] {
    const [one, ...others] = members.map((member) => this.#words[member] as Words);
    const { length } = one?.tokens ?? [];
    return Array.from({ length }, (_, at) => at).filter((at) => others.some(({ first }) => first[at] !== one?.first[at]));
  }
}

/** Kind of leaf: number of tokens and the first of them. */
function leafName(template: string): string {
  let tokens = 1;
  for (let at = template.indexOf(' '); at !== -1; at = template.indexOf(' ', at + 1)) tokens += 1;
  const end = template.indexOf(' ');
  return `${tokens} ${end === -1 ? '' : template.slice(0, end)}`;
}

/** All leaves of a service, and the groves in them. */
class Forest {
  readonly #state: LineState;
  readonly #leaves = new Map<string, Leaf>();
  readonly #places = new Map<string, { leaf: Leaf; member: number }>();
  /** Known groves by leaf and root; emptied for a leaf when it changes. */
  readonly #groves = new Map<Leaf, Map<number, Grove>>();

  constructor(state: LineState) {
    this.#state = state;
    for (const id in state.keys) this.enter(id, state.keys[id] as KindEntry);
  }

  /** True where a grove has outgrown its bound. */
  enter(id: string, entry: KindEntry): boolean {
    const name = leafName(entry.template);
    let leaf = this.#leaves.get(name);
    if (leaf === undefined) {
      leaf = new Leaf();
      this.#leaves.set(name, leaf);
    }
    this.#places.set(id, { leaf, member: leaf.enter(id, entry) });
    this.#groves.delete(leaf);
    return leaf.ids.length > groveLimit;
  }

  #grovesOf(leaf: Leaf): Map<number, Grove> {
    const known = this.#groves.get(leaf);
    if (known !== undefined) return known;
    const groves = new Map<number, Grove>();
    for (const [member, id] of leaf.ids.entries()) {
      const entry = this.#state.keys[id] as KindEntry;
      const root = leaf.root(member);
      const grove = groves.get(root);
      if (grove === undefined) {
        groves.set(root, { id, template: entry.template, sum: entry, members: [id] });
        continue;
      }
      if (grove.members.length === 1) grove.sum = copyBallot(grove.sum);
      grove.members.push(id);
      addBallot(grove.sum, entry);
      if (this.#isEarlier(id, grove.id)) {
        grove.id = id;
        grove.template = entry.template;
      }
    }
    this.#groves.set(leaf, groves);
    return groves;
  }

  /** What stands for folded ones comes last, then by first sighting. */
  #isEarlier(left: string, right: string): boolean {
    const one = this.#state.keys[left] as KindEntry;
    const two = this.#state.keys[right] as KindEntry;
    const folded = Number(one.variable.length > 0) - Number(two.variable.length > 0);
    return folded !== 0 ? folded < 0 : one.firstMs !== two.firstMs ? one.firstMs < two.firstMs : left < right;
  }

  /** A kept template got a vote: the sum of its grove gets it too. */
  changed(id: string, vote: Vote): void {
    const place = this.#places.get(id);
    const groves = place === undefined ? undefined : this.#groves.get(place.leaf);
    if (place === undefined || groves === undefined) return;
    const grove = groves.get(place.leaf.root(place.member));
    if (grove === undefined || grove.members.length === 1) return;
    addVote(grove.sum, vote.timeMs, vote.voter, vote);
    // An earlier sighting may make another template the first.
    if (id !== grove.id && this.#isEarlier(id, grove.id)) this.#groves.delete(place.leaf);
  }

  find(id: string, template: string): Grove | undefined {
    const place = this.#places.get(id);
    if (place !== undefined) return this.#grovesOf(place.leaf).get(place.leaf.root(place.member));
    const leaf = this.#leaves.get(leafName(template));
    const member = leaf === undefined ? -1 : leaf.find(template);
    return leaf === undefined || member === -1 ? undefined : this.#grovesOf(leaf).get(leaf.root(member));
  }

  groves(): Grove[] {
    return [...this.#leaves.values()].flatMap((leaf) => [...this.#grovesOf(leaf).values()]);
  }

  /** Groves sighted exactly once. */
  singles(): number {
    let count = 0;
    for (const leaf of this.#leaves.values()) {
      for (const { sum } of this.#grovesOf(leaf).values()) if (sum.sightings === 1) count += 1;
    }
    return count;
  }

  /** Positions in which the templates of a grove differ. */
  differing(grove: Grove): number[] {
    const places = grove.members.map((id) => this.#places.get(id));
    return places[0]?.leaf.differing(places.map((place) => place?.member ?? 0)) ?? [];
  }
}

const forests = new WeakMap<LineState, Forest>();

export function forestOf(state: LineState): Forest {
  let forest = forests.get(state);
  if (forest === undefined) {
    forest = new Forest(state);
    forests.set(state, forest);
  }
  return forest;
}

export function forgetForest(state: LineState): void {
  forests.delete(state);
}

/** Folds what outgrew its bound: sums stay exact, single templates beyond the smallest hashes are no longer told apart. */
export function foldFull(state: LineState): void {
  const forest = forestOf(state);
  let isFolded = false;
  for (const grove of forest.groves()) {
    if (grove.members.length <= groveLimit) continue;
    isFolded = true;
    const positions = forest.differing(grove);
    const tokens = grove.template.split(' ');
    for (const at of positions) tokens[at] = wildcard;
    const template = tokens.join(' ');
    const target = `folded-${hashed(template).toString(16)}`;
    const folded: KindEntry = state.keys[target] ?? { ...emptyBallot(), template, variable: positions };
    const plain = grove.members.filter((id) => id !== target && id !== grove.id);
    const kept = new Set(plain.sort((left, right) => hashed(left) - hashed(right)).slice(0, keptApart));
    for (const id of plain) {
      if (kept.has(id)) continue;
      addBallot(folded, state.keys[id] as KindEntry);
      remove(state, id);
    }
    if (state.keys[target] === undefined) {
      state.keys[target] = folded;
      state.size += 1;
    }
  }
  if (isFolded) forgetForest(state);
}
