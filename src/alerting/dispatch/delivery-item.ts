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
  /** What was delivered or given up beyond it while one before it was not: numbers, ascending, at most `windowAlerts`. */
  ahead: readonly number[];
  /** The newest, at most `mostDeadLetters`. */
  deadLetters: readonly DeadLetter[];
  /** All that were ever given up. */
  givenUp: number;
  /** How often alerts failed that are not done, by number. */
  doubts: readonly (readonly [number: number, attempts: number])[];
  /** Failed attempts in a row, whatever the alert. */
  attempts: number;
  /** Not tried before this, clock time; 0 where nothing holds it back. */
  retryAtMs: number;
}

/** More are counted only; with ids of any length they stay far below what an item may hold. */
export const mostDeadLetters = 100;
const longestId = 128;

/**
 * Alerts behind `through` that may be under way or done, so that what is noted of them stays small. An alert that fails
 * and fails is given up within some minutes, in which few sites find so many.
 */
export const windowAlerts = 256;

const itemVersion = 1;

export const nothingDelivered: Delivery = { through: 0, ahead: [], deadLetters: [], givenUp: 0, doubts: [], attempts: 0, retryAtMs: 0 };

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
  const through = count(value['through']);
  const numbers = Array.isArray(value['ahead']) ? value['ahead'].map(count) : [];
  return {
    through,
    ahead: inWindow(numbers, through),
    deadLetters: Array.isArray(value['deadLetters']) ? value['deadLetters'].flatMap(readDeadLetter).slice(-mostDeadLetters) : [],
    givenUp: count(value['givenUp']),
    doubts: Array.isArray(value['doubts']) ? value['doubts'].flatMap(readDoubt).slice(0, windowAlerts) : [],
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

/** Each once and ascending; an item that was tampered with has no more of them than any other. */
function inWindow(numbers: readonly number[], through: number): number[] {
  return [...new Set(numbers)].filter((number) => number > through).toSorted((left, right) => left - right).slice(0, windowAlerts);
}

function readDoubt(value: JsonValue): [number, number][] {
  if (!Array.isArray(value)) return [];
  const [number, attempts] = value.map(count);
  return number !== undefined && attempts !== undefined && number > 0 && attempts > 0 ? [[number, attempts]] : [];
}

/** What a process knows, dead letters aside. */
export type Progress = Omit<Delivery, 'deadLetters' | 'givenUp'>;

/**
 * What was saved, perhaps by another, and what came of alerts here since; nothing that either knows to be done is
 * forgotten. How the receiver does, and an alert with it, is known best here, where it was tried last.
 */
export function withProgress(saved: Delivery, here: Progress, given: readonly DeadLetter[]): Delivery {
  const known = new Set(saved.deadLetters.map(({ id, revision }) => `${revision} ${id}`));
  const added = given
    .map((letter) => ({ ...letter, id: letter.id.slice(0, longestId) }))
    .filter(({ id, revision }) => !known.has(`${revision} ${id}`));
  const through = Math.max(saved.through, here.through);
  const ahead = inWindow([...saved.ahead, ...here.ahead], through);
  const doubts = new Map([...saved.doubts, ...here.doubts]);
  return {
    through,
    ahead,
    deadLetters: [...saved.deadLetters, ...added].slice(-mostDeadLetters),
    givenUp: saved.givenUp + added.length,
    doubts: [...doubts].filter(([number]) => number > through && !ahead.includes(number)).slice(0, windowAlerts),
    attempts: here.attempts,
    retryAtMs: here.retryAtMs,
  };
}

/** The new version, or undefined where another was first. */
export function saveDelivery(store: Store, sink: string, delivery: Delivery, expected: string | undefined): Promise<string | undefined> {
  const { through, givenUp, attempts, retryAtMs } = delivery;
  const deadLetters = delivery.deadLetters.map((letter) => ({ ...letter }));
  const doubts = delivery.doubts.map(([number, failed]) => [number, failed]);
  return store.commit({ key: deliveryKey(sink), value: { version: itemVersion, through, ahead: [...delivery.ahead], deadLetters, givenUp, doubts, attempts, retryAtMs }, expected });
}
