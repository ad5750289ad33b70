/** Values of a label: names out of the configuration, made printable, and never more than a monitoring system likes. */

/** Different values of one label; a stream of 200 shards still has one series a shard. */
const mostValues = 256;
const longestValue = 128;

/** What stands for all values beyond the bound. */
export const otherValue = 'other';

/** ASCII that is printed as it is, at most `longest` characters; everything else shows as `?`. */
export function plainName(text: string, longest = longestValue): string {
  const plain = text.slice(0, longest + 1).replace(/[^\x20-\x7e]/g, '?');
  return plain.length > longest ? `${plain.slice(0, longest - 3)}...` : plain;
}

/** Gives each value as it is shown, until there are too many of them: the later ones are `other`. */
export function boundedValues(most = mostValues): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    const shown = plainName(value);
    if (known.has(shown)) return shown;
    if (known.size >= most) return otherValue;
    known.add(shown);
    return shown;
  };
}
