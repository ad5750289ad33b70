/** Severities and statuses in words and colours. */
import type { Message, Severity } from '#contract';

export type Locale = 'en' | 'ja';

const words: Readonly<Record<Locale, Readonly<Record<Severity | 'resolved', string>>>> = {
  en: { critical: 'critical', high: 'high', medium: 'medium', low: 'low', resolved: 'resolved' },
  ja: { critical: '緊急', high: '高', medium: '中', low: '低', resolved: '解消' },
};

/** Told apart by colour-blind people too, and never shown without the word; resolved is grey with a little green. */
const colours: Readonly<Record<Severity | 'resolved', string>> = {
  critical: '#b3261e',
  high: '#d55e00',
  medium: '#b88600',
  low: '#0072b2',
  resolved: '#5f7a6b',
};

/** The word of a severity. */
export function severityWord(severity: Severity, locale: Locale): string {
  return words[locale][severity];
}

/** What stands beside the title: the severity, and that it is over where it is: `high`, `high, resolved`. */
export function statusWord({ severity, status }: Pick<Message, 'severity' | 'status'>, locale: Locale): string {
  if (status === 'firing') return words[locale][severity];
  return locale === 'ja' ? `${words.ja[severity]}・${words.ja.resolved}` : `${words.en[severity]}, ${words.en.resolved}`;
}

/** `#rrggbb` of a message: its severity's, or that of what is over. */
export function messageColour({ severity, status }: Pick<Message, 'severity' | 'status'>): string {
  return colours[status === 'resolved' ? 'resolved' : severity];
}

/** The same as a number, as Discord wants it. */
export function colourNumber(message: Pick<Message, 'severity' | 'status'>): number {
  return Number.parseInt(messageColour(message).slice(1), 16);
}
