/** A 32-bit hash by which traces tell texts apart without keeping them. */

/** FNV-1a over UTF-16 units; unsigned. Two names that meet in it count as one: a count then is one too low. */
export function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  return hash >>> 0;
}
