/** Bounds that do not depend on order: of too many keys, those with the smallest hashes stay. */

/** 32-bit FNV-1a over UTF-16 code units, finished by a murmur mix; salted so that names cannot be chosen to stay. */
export function hash32(text: string, salt = 0x9e3779b9): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The `limit` keys with the smallest hashes, ties by the key itself. */
export function smallestHashes(keys: Iterable<string>, limit: number): string[] {
  const rated = [...keys].map((key) => ({ key, hash: hash32(key) }));
  rated.sort((left, right) => left.hash - right.hash || (left.key < right.key ? -1 : 1));
  return rated.slice(0, limit).map(({ key }) => key);
}
