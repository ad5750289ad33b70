/** Words of the report: times, counts with their nouns, lists. */
import { number } from '../../alerting/text.ts';
import { html, type Markup } from './markup.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** `18:15` */
export function clockTime(timeMs: number): string {
  const at = new Date(timeMs);
  return Number.isNaN(at.getTime()) ? 'unknown' : `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/** `4 Mar 2026` */
export function dayOf(timeMs: number): string {
  const at = new Date(timeMs);
  return Number.isNaN(at.getTime()) ? 'unknown' : `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}

/** A time in UTC, within a sentence. */
export function inUtc(timeMs: number): Markup {
  return instant(timeMs, html`${dayOf(timeMs)} ${clockTime(timeMs)} UTC`);
}

/** From and to, with the day said once where it is the same. */
export function span(fromMs: number, toMs: number): Markup {
  if (toMs - fromMs < 60_000) return inUtc(fromMs);
  const isOneDay = dayOf(fromMs) === dayOf(toMs);
  const end = isOneDay ? clockTime(toMs) : `${dayOf(toMs)} ${clockTime(toMs)}`;
  return html`${instant(fromMs, html`${dayOf(fromMs)} ${clockTime(fromMs)}`)} to ${instant(toMs, html`${end} UTC`)}`;
}

/** A time that stands in a column of its own: the reader's zone above, UTC beneath; the room for both is there from the start. */
export function inColumn(timeMs: number): Markup {
  return html`<span class="when">${instant(timeMs, html`<span class="local">${dayOf(timeMs).slice(0, -5)} ${clockTime(timeMs)}</span><span class="utc">UTC</span>`, true)}</span>`;
}

function instant(timeMs: number, shown: Markup, isLocal = false): Markup {
  const at = new Date(timeMs);
  if (Number.isNaN(at.getTime())) return shown;
  return isLocal ? html`<time data-local datetime="${at.toISOString()}">${shown}</time>` : html`<time datetime="${at.toISOString()}">${shown}</time>`;
}

const small = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

/** `three`; from thirteen on in figures. */
export function inWords(count: number): string {
  return small[count] ?? number(count);
}

/** `three services`; from thirteen on in figures. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${inWords(count)} ${count === 1 ? one : many}`;
}

/** `1,448 records`, in figures always. */
export function figures(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** `a, b and c` */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** `3.1 %`; a share that is nearly whole or nearly nothing is not rounded to it. */
export function share(value: number): string {
  if (!(value > 0)) return '0 %';
  if (value >= 1) return '100 %';
  return value > 0.99 ? 'over 99 %' : value < 0.01 ? 'under 1 %' : `${Math.round(value * 100)} %`;
}
