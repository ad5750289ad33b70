/** The time of an invocation, and what is kept of it for saving. */
import type { Invocation } from './ports.ts';

export interface TimeLeft {
  /** Milliseconds until Lambda ends the invocation. */
  leftMs(): number;
  /** Of the whole invocation when it began. */
  readonly wholeMs: number;
  /** Whether more may be begun, with the time for saving kept. */
  has(): boolean;
  /** The same for work whose pieces take so long: a piece that is begun should end. */
  hasFor(pieceMs: number): boolean;
}

/** Packing a batch takes a second or two, and a store that is throttled as much again; a shorter invocation keeps a quarter. */
const savingMs = 10_000;

export function timeLeft(invocation: Invocation): TimeLeft {
  const wholeMs = Math.max(0, invocation.leftMs());
  const keptMs = Math.min(savingMs, wholeMs / 4);
  return {
    leftMs: () => invocation.leftMs(),
    wholeMs,
    has: () => invocation.leftMs() > keptMs,
    hasFor: (pieceMs) => invocation.leftMs() > keptMs + pieceMs,
  };
}
