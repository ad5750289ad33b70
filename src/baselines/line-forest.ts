/** The templates of a service by what they count as: derived from those kept, never stored. */
import type { Vote } from '#contract';
import { addBallot, addVote, copyBallot, emptyBallot, type Ballot } from './ballot.ts';
import { remove, type Crowd } from './crowd.ts';
import { hashed } from './hash.ts';
import { Leaf, valueLimit } from './line-leaf.ts';

/** A template with its votes; `variable` holds the positions of one that stands for templates folded into it. */
export interface KindEntry extends Ballot {
  template: string;
  variable: number[];
}
export type LineState = Crowd<KindEntry>;

/** Templates of a grove kept apart; above it all but the earliest and the smallest hashes are folded into one. */
const groveLimit = 48;
const keptApart = valueLimit + 1;
/** What stands in a template for a masked or variable position. */
const wildcard = '<*>';

/** Templates that count as one kind. */
export interface Grove {
  /** Of the earliest template. */
  id: string;
  template: string;
  sum: Ballot;
  members: string[];
}

/** The templates of one length and first word; index and groves are made when asked for. */
interface Place {
  ids: Set<string>;
  leaf: Leaf | undefined;
  groves: Map<number, Grove> | undefined;
}

function placeName(template: string): string {
  let tokens = 1;
  for (let at = template.indexOf(' '); at !== -1; at = template.indexOf(' ', at + 1)) tokens += 1;
  const end = template.indexOf(' ');
  return `${tokens} ${end === -1 ? '' : template.slice(0, end)}`;
}

interface Member {
  place: Place;
  /** Its order in the leaf of the place; -1 until that is made. */
  order: number;
}

class Forest {
  readonly #state: LineState;
  readonly #places = new Map<string, Place>();
  readonly #members = new Map<string, Member>();
  /** Places that got templates since it was last looked whether a grove outgrew its bound. */
  readonly #grown = new Set<Place>();

  constructor(state: LineState) {
    this.#state = state;
    for (const id in state.keys) this.enter(id, state.keys[id] as KindEntry);
  }

  enter(id: string, { template, variable }: KindEntry): void {
    const name = placeName(template);
    let place = this.#places.get(name);
    if (place === undefined) {
      place = { ids: new Set(), leaf: undefined, groves: undefined };
      this.#places.set(name, place);
    }
    place.ids.add(id);
    place.groves = undefined;
    this.#grown.add(place);
    this.#members.set(id, { place, order: place.leaf === undefined ? -1 : place.leaf.enter(id, template, variable) });
  }

  /** A template that is no longer kept; what is variable is found anew from the others. */
  leave(id: string): void {
    const place = this.#members.get(id)?.place;
    if (place === undefined) return;
    this.#members.delete(id);
    place.ids.delete(id);
    place.leaf = undefined;
    place.groves = undefined;
  }

  #leafOf(place: Place): Leaf {
    if (place.leaf !== undefined) return place.leaf;
    const leaf = new Leaf();
    for (const id of place.ids) {
      const { template, variable } = this.#state.keys[id] as KindEntry;
      this.#members.set(id, { place, order: leaf.enter(id, template, variable) });
    }
    place.leaf = leaf;
    return leaf;
  }

  #grovesOf(place: Place): Map<number, Grove> {
    if (place.groves !== undefined) return place.groves;
    const leaf = this.#leafOf(place);
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
    place.groves = groves;
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
    const member = this.#members.get(id);
    if (member?.place.groves === undefined) return;
    const { place, order } = member;
    const grove = place.groves?.get(this.#leafOf(place).root(order));
    if (grove === undefined || grove.members.length === 1) return;
    addVote(grove.sum, vote.timeMs, vote.voter, vote);
    // An earlier sighting may make another template the first.
    if (id !== grove.id && this.#isEarlier(id, grove.id)) place.groves = undefined;
  }

  find(id: string, template: string): Grove | undefined {
    const known = this.#members.get(id);
    const place = known?.place ?? this.#places.get(placeName(template));
    if (place === undefined) return undefined;
    const leaf = this.#leafOf(place);
    // Making the leaf gives its members their order.
    const order = known === undefined ? leaf.find(template) : (this.#members.get(id)?.order ?? -1);
    return order === -1 ? undefined : this.#grovesOf(place).get(leaf.root(order));
  }

  groves(): Grove[] {
    return [...this.#places.values()].flatMap((place) => [...this.#grovesOf(place).values()]);
  }

  /** Groves sighted exactly once. */
  singles(): number {
    let count = 0;
    for (const place of this.#places.values()) {
      for (const { sum } of this.#grovesOf(place).values()) if (sum.sightings === 1) count += 1;
    }
    return count;
  }

  /** Folds groves that outgrew their bound: sums stay exact, most single templates are no longer told apart. */
  fold(): void {
    for (const place of this.#grown) {
      // Most places only grew in small groups: their sums need not be made anew for that.
      if (place.ids.size <= groveLimit || this.#leafOf(place).largestGroup() <= groveLimit) continue;
      for (const grove of this.#grovesOf(place).values()) if (grove.members.length > groveLimit) this.#foldOne(place, grove);
    }
    this.#grown.clear();
  }

  #foldOne(place: Place, grove: Grove): void {
    const { keys } = this.#state;
    const positions = this.#leafOf(place).differing(grove.members.map((id) => this.#members.get(id)?.order ?? 0));
    const tokens = grove.template.split(' ');
    for (const at of positions) tokens[at] = wildcard;
    const template = tokens.join(' ');
    const target = `folded-${hashed(template).toString(16)}`;
    const folded: KindEntry = keys[target] ?? { ...emptyBallot(), template, variable: positions };
    const plain = grove.members.filter((id) => id !== target && id !== grove.id);
    for (const id of plain.sort((left, right) => hashed(left) - hashed(right)).slice(keptApart)) {
      const entry = keys[id] as KindEntry;
      addBallot(folded, entry);
      remove(this.#state, id);
      this.leave(id);
    }
    if (keys[target] !== undefined) return;
    keys[target] = folded;
    this.#state.size += 1;
    this.enter(target, folded);
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
