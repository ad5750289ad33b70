/** The level of a line, from its masked text or from the fields of its JSON. */

const names: ReadonlyMap<string, string> = new Map(
  [
    ['FATAL', 'fatal critical crit emerg emergency alert panic'],
    ['ERROR', 'error err severe'],
    ['WARN', 'warn warning'],
    ['INFO', 'info information informational notice log'],
    ['DEBUG', 'debug fine config'],
    ['TRACE', 'trace finer finest verbose'],
  ].flatMap(([level = '', words = '']) => words.split(' ').map((word) => [word, level] as const)),
);

const word = '(fatal|critical|crit|emerg|alert|panic|error|err|severe|warn|warning|info|information|notice|debug|trace|verbose|fine|finer|finest)';
/** A level that says so: `level=warn`, `"severity":"ERROR"`, `lvl: info`. */
const named = new RegExp(`\\b(?:log\\.?)?(?:level|lvl|severity)(?:name|_?text)?["']?\\s?[=:]\\s?["']?${word}\\b`, 'i');
/** In brackets, or as the first word before a colon or blank; any case. */
const bracketed = new RegExp(`[\\[(<|] ?(?:[\\w.]{1,20}[.:])?${word} ?[\\])>|]`, 'i');
const leading = new RegExp(`^${word}(?::|\\]| -)`, 'i');
/** As a word in upper case among the first words. */
const capital = /(?:^|[\s[(|:-])(FATAL|CRITICAL|EMERG|ALERT|PANIC|ERROR|ERR|SEVERE|WARN|WARNING|INFO|NOTICE|DEBUG|TRACE|VERBOSE|FINE|FINER|FINEST)(?![\w.=/-])/;

/** Levels stand in front; a word further on belongs to the message. */
const reach = 120;

/** FATAL, ERROR, WARN, INFO, DEBUG or TRACE, where the text of the line tells it. */
export function levelOfText(words: string): string | undefined {
  const head = words.length > reach ? words.slice(0, reach) : words;
  const found = leading.exec(head) ?? named.exec(head) ?? capital.exec(head) ?? bracketed.exec(head);
  return found === null ? undefined : names.get((found[1] ?? '').toLowerCase());
}

/** Levels as pino and bunyan number them. */
const numbers: ReadonlyMap<number, string> = new Map([[10, 'TRACE'], [20, 'DEBUG'], [30, 'INFO'], [40, 'WARN'], [50, 'ERROR'], [60, 'FATAL']]);

/** The level that a field of a JSON line names. */
export function levelOfValue(value: unknown): string | undefined {
  if (typeof value === 'number') return numbers.get(value);
  return typeof value === 'string' ? names.get(value.trim().toLowerCase()) : undefined;
}
