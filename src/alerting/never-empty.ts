/** Names and values for services that refuse empty ones. */

/** The text, or a hyphen where it shows nothing. */
export function neverEmpty(text: string): string {
  return text.trim() === '' ? '-' : text;
}
