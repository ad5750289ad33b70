/** Kinds of lines of a service with their votes; lines that differ only in variable positions are asked about as one. */
import type { Asking, BaselineKind, BaselineView, JsonValue, Standing, Vote } from '#contract';
import { packBallot, unpackBallot, voterTable } from './ballot-pack.ts';
import { acceptBallot, addVote, emptyBallot, standing } from './ballot.ts';
import { admit, emptyCrowd, hasSeenEnough, mergeCrowds, noteSighting, recount, remove } from './crowd.ts';
import { becomeReady, enter, LedgerView, packLedger, unpackLedger } from './ledger.ts';
import { forestOf, forgetForest, type KindEntry, type LineState } from './line-forest.ts';
import { describeBallots } from './seen-set.ts';

export type { LineState };

/** A template of one line, as the decoder makes it; the id is a pure function of the line. */
export interface LineKind {
  templateId: string;
  template: string;
}

export interface KindView extends BaselineView {
  /** How all lines stand that differ from this one only in variable positions. */
  of(templateId: string, template: string): Standing;
  /** The earliest of them; the line itself where there is none. */
  representative(templateId: string, template: string): { id: string; template: string };
  /** Templates kept. */
  size: number;
  /** Templates had to be dropped: an absent one may have been seen. */
  isOverflowing: boolean;
}

/** Longer templates (hostile ones) are cut; the decoder's are shorter. */
const templateLength = 1_024;

class LineView extends LedgerView implements KindView {
  readonly state: LineState;
  constructor(state: LineState, asking: Asking) {
    super(state.ledger, asking);
    this.state = state;
  }
  get size(): number {
    return this.state.size;
  }
  get isOverflowing(): boolean {
    return this.state.dropped > 0;
  }
  of(templateId: string, template: string): Standing {
    const grove = forestOf(this.state).find(templateId, template.slice(0, templateLength));
    return standing(grove?.sum, this.asking, this.ledger.readyMs);
  }
  representative(templateId: string, template: string): { id: string; template: string } {
    const grove = forestOf(this.state).find(templateId, template.slice(0, templateLength));
    return grove === undefined ? { id: templateId, template } : { id: grove.id, template: grove.template };
  }
}

function addLine(state: LineState, { templateId, template }: LineKind, vote: Vote): void {
  enter(state.ledger, vote);
  const forest = forestOf(state);
  let entry = state.keys[templateId];
  if (entry !== undefined) {
    addVote(entry, vote.timeMs, vote.voter, vote);
    noteSighting(state, entry);
    forest.changed(templateId, vote);
    return;
  }
  entry = { ...emptyBallot(), template: template.slice(0, templateLength), variable: [] };
  addVote(entry, vote.timeMs, vote.voter, vote);
  if (!admit(state, templateId, entry, vote.isTaught, (id) => forest.leave(id))) {
    state.dropped += 1;
    return;
  }
  noteSighting(state, entry);
  forest.enter(templateId, entry);
}

/** Kinds of lines, of at most 4,096 templates kept apart. */
export const lineKindTree: BaselineKind<LineState, LineKind, KindView> = {
  name: 'line-kind-tree',
  isPhased: false,
  empty: () => emptyCrowd<KindEntry>(),
  add: addLine,

  merge(left, right) {
    const merged = mergeCrowds(left, right);
    forestOf(merged).fold();
    return merged;
  },

  view: (state, asking) => new LineView(state, asking),
  endTeaching: (state, timeMs) => becomeReady(state.ledger, timeMs),

  endMinute(state, timeMs) {
    forestOf(state).fold();
    if (state.ledger.readyMs !== null) return;
    // What counts as one kind is worked out only where the rest of the rule holds.
    if (!hasSeenEnough(state.ledger, 0)) return;
    if (hasSeenEnough(state.ledger, forestOf(state).singles() + state.dropped)) becomeReady(state.ledger, timeMs);
  },

  accept(state, value) {
    const entry = state.keys[value];
    if (entry === undefined) return false;
    acceptBallot(entry);
    forgetForest(state);
    return true;
  },

  forget(state, value) {
    const isKnown = remove(state, value);
    if (isKnown) forgetForest(state);
    return isKnown;
  },

  pack(state) {
    const entries = Object.entries(state.keys).sort((left, right) =>
      left[1].template === right[1].template ? (left[0] < right[0] ? -1 : 1) : left[1].template < right[1].template ? -1 : 1,
    );
    const { voters, places } = voterTable(Object.values(state.keys));
    const { firstMs } = state.ledger;
    return [
      packLedger(state.ledger),
      state.dropped,
      entries.map(([id]) => id),
      entries.map(([, entry]) => entry.template),
      entries.map(([, entry]) => entry.variable),
      entries.map(([, entry]) => packBallot(entry, firstMs, places)),
      voters,
    ];
  },

  unpack(packed) {
    const [ledger, dropped, ids, templates, variables, rows, voters] = packed as [
      JsonValue,
      number,
      string[],
      string[],
      number[][],
      number[][],
      number[],
    ];
    const state = emptyCrowd<KindEntry>();
    state.ledger = unpackLedger(ledger);
    state.dropped = dropped;
    for (const [at, id] of ids.entries()) {
      const ballot = unpackBallot(rows[at] as number[], state.ledger.firstMs, voters);
      state.keys[id] = { ...ballot, template: templates[at] as string, variable: variables[at] as number[] };
    }
    recount(state);
    return state;
  },

  describe(state, asking, limit) {
    const groves = forestOf(state).groves();
    return describeBallots(
      groves.map(({ template, sum }) => [template, sum] as const),
      asking,
      state.ledger.readyMs,
      limit,
    );
  },
};
