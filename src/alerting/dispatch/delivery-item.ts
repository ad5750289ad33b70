/** What a store keeps of one sink: how far it was delivered, what was given up, when it is tried again. */
import { FargazerError, type Item, type JsonValue, type Store } from '#contract';

/** An alert that a sink refused for good. */
export interface DeadLetter {
  id: string;
  revision: number;
  code: string;
  /** Clock time. */
  atMs: number;
}

export interface Delivery {
  /** Every pending alert up to this number was delivered or given up. */
  through: number;
  /** The newest, at most `mostDeadLetters`. */
  deadLetters: readonly DeadLetter[];
  /** All that were ever given up. */
  givenUp: number;
  /** Failed attempts at the alert after `through`. */
  attempts: number;
  /** Not tried before this, clock time; 0 where nothing holds it back. */
  retryAtMs: number;
}

/** More are counted only; with ids of any length they stay far below what an item may hold. */
export const mostDeadLetters = 100;
const longestId = 128;

const itemVersion = 1;

export const nothingDelivered: Delivery = { through: 0, deadLetters: [], givenUp: 0, attempts: 0, retryAtMs: 0 };

export function deliveryKey(sink: string): string {
  return `delivery/${sink}`;
}

/**
 * What an item says; what is damaged says that nothing was delivered, so that alerts come twice rather than never.
 * Throws `state-newer` where a later version wrote it.
 */
export function readDelivery({ value }: Item): Delivery {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return nothingDelivered;
  const version = count(value['version']);
  if (version > itemVersion) throw new FargazerError('state-newer', 'How far alerts were delivered was written by a newer version of fargazer. Nothing was sent. Update this process.');
  return {
    through: count(value['through']),
    deadLetters: Array.isArray(value['deadLetters']) ? value['deadLetters'].flatMap(readDeadLetter).slice(-mostDeadLetters) : [],
    givenUp: count(value['givenUp']),
    attempts: count(value['attempts']),
    retryAtMs: count(value['retryAtMs']),
  };
}

function readDeadLetter(value: JsonValue): DeadLetter[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const { id, code } = value;
  return typeof id === 'string' && typeof code === 'string' ? [{ id, code, revision: count(value['revision']), atMs: count(value['atMs']) }] : [];
}

function count(value: JsonValue | undefined): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** What was saved and what came of alerts since; nothing that either knows is forgotten. */
export function withProgress(saved: Delivery, through: number, given: readonly DeadLetter[], attempts: number, retryAtMs: number): Delivery {
  const known = new Set(saved.deadLetters.map(({ id, revision }) => `${revision} ${id}`));
  const added = given
    .map((letter) => ({ ...letter, id: letter.id.slice(0, longestId) }))
    .filter(({ id, revision }) => !known.has(`${revision} ${id}`));
  // Who is further has another alert before it; where both stand at the same, the one that knows more failures is right.
  const isAhead = saved.through > through;
  const isEven = saved.through === through;
  return {
    through: Math.max(saved.through, through),
    deadLetters: [...saved.deadLetters, ...added].slice(-mostDeadLetters),
    givenUp: saved.givenUp + added.length,
    attempts: isAhead ? saved.attempts : isEven ? Math.max(saved.attempts, attempts) : attempts,
    retryAtMs: isAhead ? saved.retryAtMs : isEven ? Math.max(saved.retryAtMs, retryAtMs) : retryAtMs,
  };
}

/** The new version, or undefined where another was first. */
export function saveDelivery(store: Store, sink: string, delivery: Delivery, expected: string | undefined): Promise<string | undefined> {
  const { through, givenUp, attempts, retryAtMs } = delivery;
  const deadLetters = delivery.deadLetters.map((letter) => ({ ...letter }));
  return store.commit({ key: deliveryKey(sink), value: { version: itemVersion, through, deadLetters, givenUp, attempts, retryAtMs }, expected });
}
