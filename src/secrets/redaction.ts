/** Takes known secrets out of texts that are about to be shown: errors of services and libraries repeat what they were given. */

const shown = '[secret]';

/** Shorter texts are no secrets, and stand in too many words. */
const shortest = 6;
/** The keys within addresses of webhooks are longer than words: 24 characters with Slack, 43 and more elsewhere. */
const shortestKey = 20;

export interface Redaction {
  /** From now on the text is a secret; of an address also what stands behind the host, and the long keys in it. */
  add(text: string): void;
  redact(text: string): string;
}

export function redaction(): Redaction {
  // Longest first: one secret may be part of another.
  let known: string[] = [];
  return {
    add(text) {
      const parts = new Set([...known, ...formsOf(text)].filter((part) => part.length >= shortest));
      known = [...parts].sort((left, right) => right.length - left.length);
    },
    redact: (text) => known.reduce((rest, part) => rest.replaceAll(part, shown), text),
  };
}

/** As it is, as JSON and as addresses write it. */
function formsOf(text: string): string[] {
  const forms = [text, text.trim(), JSON.stringify(text).slice(1, -1), encodeURIComponent(text.toWellFormed())];
  if (!URL.canParse(text)) return forms;
  const { href, pathname, search, searchParams, password } = new URL(text);
  const keys = [...pathname.split('/'), ...searchParams.values()].filter((part) => part.length >= shortestKey);
  return [...forms, href, `${pathname}${search}`, decodedOr(password), ...keys.flatMap((key) => [key, encodeURIComponent(key)])];
}

function decodedOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
