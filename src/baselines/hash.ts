/** 32-bit hashes by which a full set chooses what it keeps, the same everywhere. */

/** Any fixed number serves; it only keeps the order apart from orders that others use. */
const salt = 0x5f37_59df;

/** Finalizer of MurmurHash3 (Appleby, public domain): spreads every bit over all 32. */
export function mixed(value: number): number {
  let hash = (value ^ salt) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** FNV-1a over UTF-16 units, mixed; unsigned. */
export function hashed(text: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  return mixed(hash);
}
