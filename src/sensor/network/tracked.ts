/** A TCP connection as it is followed, and how its bytes are counted by the numbers of its first and last segments. */
import type { Owned } from './owners.ts';

export interface Tracked extends Owned {
  /** Client first. */
  key: string;
  side: 'client' | 'server';
  isLocal: boolean;
  /** `asked`: the client's SYN was seen. `rejected`: told so; kept because the client may ask on. */
  state: 'asked' | 'open' | 'rejected';
  startMs: number;
  /** Sequence number of each side's first byte; -1 where its SYN was not seen. */
  clientFirst: number;
  serverFirst: number;
  /** Bytes of each side by its FIN; -1 until then. */
  clientTotal: number;
  serverTotal: number;
  /** What was told already. */
  clientTold: number;
  serverTold: number;
  packets: number;
  /** Of the table in which it was seen last. */
  generation: number;
  missing: number;
  trafficMs: number;
}

const half = 2 ** 31;
const whole = 2 ** 32;

/** Bytes from a sequence number on, as far as numbers of 32 bits tell it; -1 where one of them is not known. */
export function since(first: number, sequence: number): number {
  return first < 0 || sequence < 0 ? -1 : (((sequence - first) % whole) + whole) % whole;
}

/** What is left of a total (known modulo 2³²) after what was told; a FIN's own number is behind the last byte. */
export function rest(total: number, told: number): number {
  if (total < 0) return 0;
  const left = (((total - (told % whole)) % whole) + whole) % whole;
  return left < half ? left : 0;
}
