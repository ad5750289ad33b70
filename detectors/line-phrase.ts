/** Templates shortened for a sentence: what stands in front of the message of many lines is left out. */

/** Level, date, place and ids in front; `[...]` with a masked part; `TraceID: <*>`. */
const prefixes: readonly RegExp[] = [
  /^(?:FATAL|CRITICAL|ERROR|SEVERE|WARN|WARNING|INFO|NOTICE|DEBUG|TRACE|VERBOSE)(?: |: ?|\] ?)/i,
  /^\[[^\]]{0,40}\] /,
  // The place in the program: `o.a.c.Connector#<*>`, `main.go:<*>]`.
  /^[^ ]{0,80}[#:]<\*>[^ ]{0,8} (?=.)/,
  /^[^ ]{0,24}<\*>[^ ]{0,8} (?=.)/,
  /^[\w-]{1,24}[:=] ?<\*>[,;]? (?=.)/,
  /^[-\u2013|:] /,
];
/** Names of the fields of a JSON line, which close its template. */
const fields = / \{[\w.,:@$<*>\u2026-]*\}$/;

/** The part of a template that tells lines apart, on one line, without signs that a terminal or a page acts on. */
export function shortLine(template: string, limit = 80): string {
  // oxlint-disable-next-line no-control-regex
  let text = template.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').replaceAll('`', "'");
  text = text.replace(fields, '').trim();
  for (let round = 0; round < 8; round += 1) {
    const prefix = prefixes.find((pattern) => pattern.test(text) && text.replace(pattern, '').length >= 12);
    if (prefix === undefined) break;
    text = text.replace(prefix, '').trimStart();
  }
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  const end = cut.lastIndexOf(' ');
  return `${end > limit / 2 ? cut.slice(0, end) : cut}…`;
}

/** A title of at most 119 characters that ends with a kind of line. */
export function withLine(words: string, template: string): string {
  return `${words}: \`${shortLine(template, Math.max(24, Math.min(80, 119 - words.length - 4)))}\``;
}

/** The name for sentences; plain files without one are told as what they are. */
export function named(name: string): string {
  return name === '' ? 'the log' : name;
}

/** `03:12:04`, for places to look at. */
export function clock(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(11, 19);
}

/** `task 0a1b2c3d of checkout`, or the service where no task is known. */
export function whoOf(name: string, instance: string): string {
  return instance === '' ? name : `task ${instance.slice(0, 8)} of ${name}`;
}
