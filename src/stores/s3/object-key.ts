/** Keys of items as keys of objects: only characters that every tool, proxy and list of S3 gives back as they were. */

/** A slash or a dot that could make `//`, `./` or `../` of a path, which some clients take out, goes as a code too. */
const plain = /[A-Za-z0-9_=@,:-]/;

/** Of texts that begin alike the codes begin alike, so that a prefix stays one. */
export function objectKey(key: string): string {
  let coded = '';
  let before = '/';
  for (const character of key) {
    const isPlain = plain.test(character) || ((character === '/' || character === '.') && before !== '/');
    coded += isPlain ? character : codeOf(character);
    before = character;
  }
  return coded;
}

function codeOf(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** Undefined where it is no key that was made here. */
export function itemKey(coded: string): string | undefined {
  try {
    return decodeURIComponent(coded);
  } catch {
    return undefined;
  }
}
