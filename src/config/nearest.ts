/** The nearest right word to a wrong one, for `did you mean …?`. */
import { distance } from 'fastest-levenshtein';

/** The nearest of `words`, or undefined where none is near enough to be a slip of the pen. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const wanted = word.slice(0, 100).toLowerCase();
  // A third of the letters wrong is still a slip; `ab` for `cd` is not.
  let bestDistance = Math.ceil(wanted.length / 3) + 1;
  let best: string | undefined;
  for (const candidate of words) {
    const plain = candidate.toLowerCase();
    const far = plain.startsWith(wanted) && wanted.length >= 3 ? 1 : distance(wanted, plain);
    if (far < bestDistance) {
      bestDistance = far;
      best = candidate;
    }
  }
  return best;
}

/** `; did you mean slack?`, or `; one of a, b, c` where nothing is near, or nothing where there is no choice. */
export function suggestion(word: string, words: readonly string[]): string {
  const best = nearest(word, words);
  if (best !== undefined) return `; did you mean ${best}?`;
  return words.length > 0 && words.length <= 20 ? `; there are ${words.join(', ')}` : '';
}
