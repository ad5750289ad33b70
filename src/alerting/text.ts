/** Text for people: hostile characters made visible, numbers and durations as people say them, addresses that no program turns into links. */

// Controls, lone surrogates, what turns text around, what shows nothing; but not the selectors that make emoji of signs.
const unseen =
  /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb]/gu;
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;
// More than three marks on one letter are no language; piled up they cover the lines around them.
const piles = /(\p{M}{3})\p{M}+/gu;

/**
 * One line of text that shows what is in it: line breaks and tabs become a blank, control characters their picture
 * (`␛`), other characters that hide, reorder or show nothing become `\uFFFD`. The result may go to a terminal;
 * HTML still needs escaping.
 */
export function sanitize(text: string): string {
  return text
    .replace(breaks, ' ')
    .replace(unseen, (character) => {
      const code = character.charCodeAt(0);
      if (code < 0x20) return String.fromCharCode(0x2400 + code);
      return code === 0x7f ? '\u2421' : '\ufffd';
    })
    .replace(piles, '$1');
}

/** At most `limit` characters (code points), the last of them `…` where something was left out. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = 0;
  let characters = 0;
  for (const character of text) {
    if (characters === limit - 1) {
      return end + character.length >= text.length ? text : `${text.slice(0, end)}…`;
    }
    end += character.length;
    characters += 1;
  }
  return text;
}

/** Integers whole and grouped (`1,448`) to a million, else three significant digits (`1.23 million`). */
export function number(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return grouped(String(value));
  if (size >= 1e15) return value.toExponential(2);
  const words: [number, string][] = [[1e12, 'trillion'], [1e9, 'billion'], [1e6, 'million']];
  for (const [step, word] of words) if (size >= step * 0.9995) return `${digits(value / step)} ${word}`;
  if (size < 1e-6) return `under ${value < 0 ? '-' : ''}0.000001`;
  return digits(value);
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
const rates: Record<string, string> = { s: 'a second', min: 'a minute', h: 'an hour', day: 'a day' };

/**
 * A number with its unit, as said in a sentence: `quantity(41e6, 'bytes/min')` is `41 MB a minute`.
 * Units are those of metrics (`bytes`, `ratio`, `percent`, `seconds`, `cpu-units`, `count`, `1`) and any noun, alone or `/s`, `/min`, `/h`, `/day`.
 */
export function quantity(value: number, unit: string): string {
  if (!Number.isFinite(value)) return 'unknown';
  const slash = unit.lastIndexOf('/');
  const rate = slash > 0 ? rates[unit.slice(slash + 1)] : undefined;
  const base = rate === undefined ? unit : unit.slice(0, slash);
  const amount = plain(value, base);
  return rate === undefined ? amount : `${amount} ${rate}`;
}

/** From and to, with the unit said once where it is the same: `0.2 to 3.1 MB a minute`. */
export function range(low: number, high: number, unit: string): string {
  const [from, to] = [quantity(low, unit), quantity(high, unit)];
  if (from === to) return to;
  const start = from.split(' ');
  const end = to.split(' ');
  // What follows the number, from its end on: first the rate, then the unit.
  while (start.length > 1 && start.at(-1) === end.at(-1)) {
    start.pop();
    end.pop();
  }
  return `${start.join(' ')} to ${to}`;
}

function plain(value: number, unit: string): string {
  switch (unit) {
    case '':
    case '1':
    case 'count':
      return number(value);
    case 'ratio':
      return `${digits(value * 100)} %`;
    case 'percent':
      return `${digits(value)} %`;
    case 'seconds':
      return value < 0 ? `-${duration(-value * 1000)}` : duration(value * 1000);
    case 'ms':
      return value < 0 ? `-${duration(-value)}` : duration(value);
    case 'cpu-units':
      return `${number(value)} CPU units`;
    case 'bytes': {
      let scaled = value;
      let step = 0;
      // 999.5 and more would be printed as 1,000 of the smaller unit.
      while (Math.abs(scaled) >= (step === 0 ? 1000 : 999.5) && step < byteUnits.length - 1) {
        scaled /= 1000;
        step += 1;
      }
      return `${digits(scaled)} ${byteUnits[step]}`;
    }
    default:
      return `${number(value)} ${sanitize(unit)}`;
  }
}

/** Three significant digits without trailing zeros, never in exponents below 1e15. */
function digits(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-6) return `${value < 0 ? '-' : ''}0.000001`;
  if (size >= 1e15) return value.toExponential(2);
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(size)));
  const rounded = Number(value.toPrecision(3));
  const text = rounded.toFixed(Math.min(decimals, 20));
  return grouped(text.includes('.') ? text.replace(/\.?0+$/, '') : text);
}

function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const thin = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? thin : `${thin}.${fraction}`;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time as people say it: `840 ms`, `90 s`, `40 min`, `26 hours`, `3 days`. Below 0 and unknown: `unknown`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return 'unknown';
  if (ms < second && ms > 0) return `${digits(ms)} ms`;
  if (Math.round(ms / second) < 120) return `${digits(Math.round(ms / 100) / 10)} s`;
  if (Math.round(ms / minute) < 120) return `${Math.round(ms / minute)} min`;
  if (Math.round(ms / hour) < 48) {
    const hours = ms / hour;
    return `${hours < 10 ? Math.round(hours * 2) / 2 : Math.round(hours)} hours`;
  }
  if (ms / day < 730) return `${grouped(String(Math.round(ms / day)))} days`;
  return `${digits(Math.round(ms / day / 36.525) / 10)} years`;
}

const ipv4 = /(?<![\d.[])(\d{1,3}\.\d{1,3}\.\d{1,3})\.(\d{1,3})(?![\d[])/g;
const wholeName = /^[\p{L}\d_*-]+(?:\.[\p{L}\d_-]+)+\.?(?::\d{1,5})?$/u;

/**
 * An address, name or URL that no terminal or chat turns into a link: `203.0.113[.]77:443`, `evil[.]example`, `hxxps://`.
 * Within a sentence only IPv4 addresses and URL schemes are known with certainty; a name alone has all its dots broken.
 */
export function defang(address: string): string {
  if (wholeName.test(address) && !/^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$/.test(address)) return address.replaceAll('.', '[.]');
  return address
    .replace(/\b(ht)tp(s?):\/\//gi, (_, head: string, tail: string) => `${head.charAt(0)}xxp${tail}://`)
    .replace(/\b(ftp|wss?):\/\//gi, '$1[:]//')
    .replace(ipv4, '$1[.]$2');
}
