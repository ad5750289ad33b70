/** The name of a part is made from its bytes. */
import { createHash } from 'node:crypto';
import type { Part } from './store.ts';

/** 128 bits of SHA-256, in hex. */
export function partName(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

export function partOfBytes(bytes: Uint8Array): Part {
  return { name: partName(bytes), bytes };
}
