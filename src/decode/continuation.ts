/** Lines that go on from the one before: frames of stack traces, indented lines, closing brackets. */
import { lineLimit, maskTokens, withoutColours } from './template-mask.ts';

/** Forms of frames that are not indented; over text in which tokens with digits are `<*>`. */
const frames: readonly RegExp[] = [
  /^\.{3} <\*> (?:more|common frames omitted)/,
  /^at [\w.$<>*/@-]+ ?\(/,
  /^at (?:async )?(?:new )?[^ ]+ \(?[^ ]*:<\*>/,
  /^File "[^"]*", line <\*>/,
  /^goroutine <\*> \[/,
  /^created by [\w.$/*()-]+/,
  // Go: `main.main()`, `net/http.(*conn).serve(<*>, {<*>, <*>})`
  /^(?:[\w.<*>@-]+\/)*[\w-]+\.(?:\(\*?\w+\)\.)?[\w.<*>$]+\((?:\.{3}|[{}<*>, ?.\u2026x]*)\)$/,
  // Ruby: `app.rb:<*>:in 'call'`, also with `from` in front
  /^(?:from )?[^ ]+:<\*>:in [`']/,
  /^--- End of (?:inner exception )?stack trace/,
  /^\^+~*$/,
];

/** True for a line that belongs to the one before it, by its own text alone. `Caused by:` and `Traceback` begin kinds of their own. */
export function isContinuation(line: string): boolean {
  return isContinuationText(maskTokens(withoutColours(line.slice(0, lineLimit))));
}

/** As `isContinuation`, over masked text. */
export function isContinuationText(masked: string): boolean {
  if (masked === '' || masked.charCodeAt(0) === 32) return !/^ (?:Caused by:|Traceback)/.test(masked);
  if (/^[\][(){}>;,. ]+$/.test(masked)) return true;
  return frames.some((frame) => frame.test(masked));
}
