/** Fitting a message into what a service takes: whole facts go, the last first, and the message says how many. */
import type { Fact, Message } from '#contract';
import { clip } from '../text.ts';
import { unlinked } from './plain.ts';

export interface Room {
  /** In whatever `measure` counts: characters, UTF-16 units, bytes. */
  limit: number;
  /** Size of a finished, escaped text. */
  measure(text: string): number;
  /** What stands above the facts, escaped. */
  head(message: Message): string;
  fact(fact: Fact): string;
  /** Between head and facts and between two facts: a line break, a rule. */
  between: string;
  /** Does `more` follow the facts where there is room? */
  withMore: boolean;
}

/** What of a message has room: a title, facts of which only the first may be cut, and how many are not told. */
export interface Chosen {
  title: string;
  facts: Fact[];
  leftOut: number;
}

/**
 * Head and facts within the limit. Facts are left out whole, the least important first, and counted at the end (`+3`); only where the
 * first fact alone is too long is it cut, at a word and before escaping, so that no escape is ever halved.
 */
export function fit(message: Message, room: Room): string {
  const chosen = choose(message, { limit: room.limit, withMore: room.withMore, measure: (some) => room.measure(written(message, some, room)) });
  return written(message, chosen, room);
}

function written(message: Message, { title, facts, leftOut }: Chosen, room: Room): string {
  const parts = [room.head({ ...message, title }), ...facts.map((fact) => room.fact(fact)), ...(leftOut === 0 ? [] : [`+${leftOut}`])];
  return parts.filter((part) => part !== '').join(room.between);
}

/** The same for services that take structured messages: `measure` sizes what would be sent. */
export function choose(message: Message, room: { limit: number; withMore: boolean; measure(chosen: Chosen): number }): Chosen {
  const facts = room.withMore ? [...message.facts, ...message.more] : message.facts;
  const has = (chosen: Chosen): boolean => room.measure(chosen) <= room.limit;
  const titled = (title: string): Chosen => ({ title, facts: [], leftOut: facts.length });
  const whole = titled(message.title);
  const title = has(whole) ? message.title : cutAtWord(message.title, longest(message.title, (cut) => has(titled(cut))));
  for (let kept = facts.length; kept > 0; kept -= 1) {
    const chosen = { title, facts: facts.slice(0, kept), leftOut: facts.length - kept };
    if (has(chosen)) return chosen;
  }
  const [first] = facts;
  if (first === undefined) return titled(title);
  const alone = (text: string): Chosen => ({ title, facts: [{ ...first, text }], leftOut: facts.length - 1 });
  const characters = longest(first.text, (cut) => has(alone(cut)));
  return characters < leastCharacters ? titled(title) : alone(cutAtWord(first.text, characters));
}

/** The text at most `limit` long in what `measure` counts of its escaped form, cut at a word with `…` where it has to be. */
export function fitText(text: string, limit: number, escape: (text: string) => string, measure: (text: string) => number = (escaped) => escaped.length): string {
  const whole = escape(text);
  if (measure(whole) <= limit) return whole;
  const characters = longest(text, (cut) => measure(escape(cut)) <= limit);
  return characters === 0 ? '' : escape(cutAtWord(text, characters));
}

/** At most `limit` characters, cut behind a word where one ends in the last third, with `…` where something was left out. */
export function cutAtWord(text: string, limit: number): string {
  const cut = clip(text, limit);
  if (cut === text) return text;
  const body = cut.slice(0, -1);
  const end = Math.max(body.lastIndexOf(' '), body.lastIndexOf('、'), body.lastIndexOf('。'));
  const kept = (end > body.length * 0.66 ? body.slice(0, end) : body).replace(/[\s,;:、。(`]+$/u, '');
  // A quotation that was cut is closed, within the limit.
  const isOpen = (kept.match(/`/g)?.length ?? 0) % 2 === 1;
  // What is left may be a link that the whole was not.
  const safe = unlinked(isOpen ? `${[...kept].slice(0, limit - 2).join('')}…\`` : `${kept}…`);
  return safe.length > kept.length + 2 && limit > 8 ? cutAtWord(text, limit - 4) : safe;
}

/** Fewer words than this of a fact tell nothing. */
const leastCharacters = 16;

/** The most characters of which `fits` is true when they are all that is left, with `…`; escaped text grows with its length. */
function longest(text: string, fits: (cut: string) => boolean): number {
  let [low, high] = [0, [...text].length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(cutAtWord(text, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}
