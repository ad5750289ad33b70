/** Bytes of a JSON text as the shapes of lines see them, and how these are hashed. */
import { characterClass, letter, space } from './template-mask.ts';

/** Classes of the bytes of a JSON text besides those of its characters: its end, an escape, and what may not stand in it. */
export const closing = 4;
export const escaping = 5;
export const forbidden = 6;

export const byteClass = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 128) return letter;
  if (byte < 32) return forbidden;
  return byte === 0x22 ? closing : byte === 0x5c ? escaping : characterClass[byte]!;
});

/** Odd multipliers with well-spread bits, as in MurmurHash3 and xxHash. */
export const highFactor = 0x85ebca6b;
export const lowFactor = 0x9e3779b1;
/** Stands for a token with digits; no character has this number. */
export const masked = 0x1_0000;

/** Class of what a one-letter escape stands for. `\u` is left to `JSON.parse`. */
export function meaningOf(escape: number): number {
  if (escape === 0x22 || escape === 0x5c || escape === 0x2f) return 0;
  const isSpace = escape === 0x6e || escape === 0x74 || escape === 0x72 || escape === 0x66 || escape === 0x62;
  return isSpace ? space : forbidden;
}
