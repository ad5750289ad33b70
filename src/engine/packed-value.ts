/** Plain values (what JSON can say) as a string of bytes, a fifth of their size as objects; read and written in microseconds. */

const tag = { nothing: 0, yes: 1, no: 2, whole: 3, negative: 4, real: 5, text: 6, wideText: 7, knownText: 8, list: 9, record: 10, absent: 11 } as const;
/** From here on a byte is a small number by itself. */
const small = 0x80;

/** Texts and lists of names met before are told by number; of more than so many the others are spelt out. */
const knownLimit = 65_536;
const textNumbers = new Map<string, number>();
const texts: string[] = [];
const shapeNumbers = new Map<string, number>();
const shapes: string[][] = [];

let bytes = Buffer.allocUnsafeSlow(4_096);
let end = 0;

function room(size: number): void {
  if (end + size <= bytes.length) return;
  const larger = Buffer.allocUnsafeSlow(2 * (end + size));
  bytes.copy(larger, 0, 0, end);
  bytes = larger;
}

/** A whole number of any size, seven bits a byte. */
function writeWhole(value: number): void {
  room(9);
  let rest = value;
  while (rest >= 0x80) {
    bytes[end++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[end++] = rest;
}

function writeTag(kind: number): void {
  room(1);
  bytes[end++] = kind;
}

function writeNumber(value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    if (value >= 0 && value < small) writeTag(small | value);
    else {
      writeTag(value < 0 ? tag.negative : tag.whole);
      writeWhole(Math.abs(value));
    }
    return;
  }
  writeTag(tag.real);
  room(8);
  end = bytes.writeDoubleLE(value, end);
}

function numberOf<Known>(numbers: Map<string, number>, list: Known[], key: string, value: Known): number | undefined {
  const known = numbers.get(key);
  if (known !== undefined || list.length >= knownLimit) return known;
  numbers.set(key, list.length);
  return list.push(value) - 1;
}

function writeText(value: string): void {
  const known = numberOf(textNumbers, texts, value, value);
  if (known !== undefined) {
    writeTag(tag.knownText);
    writeWhole(known);
    return;
  }
  // oxlint-disable-next-line no-control-regex
  const isWide = /[^\u0000-\u00ff]/.test(value);
  writeTag(isWide ? tag.wideText : tag.text);
  writeWhole(value.length);
  room(2 * value.length);
  end += bytes.write(value, end, isWide ? 'utf16le' : 'latin1');
}

function write(value: unknown): void {
  if (typeof value === 'number') writeNumber(value);
  else if (typeof value === 'string') writeText(value);
  else if (typeof value === 'boolean') writeTag(value ? tag.yes : tag.no);
  else if (Array.isArray(value)) {
    writeTag(tag.list);
    writeWhole(value.length);
    for (const one of value as unknown[]) write(one);
  } else if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value);
    const key = JSON.stringify(names);
    const shape = numberOf(shapeNumbers, shapes, key, names);
    writeTag(tag.record);
    // Nought: the names follow.
    writeWhole(shape === undefined ? 0 : shape + 1);
    if (shape === undefined) write(names);
    for (const name of names) write((value as Record<string, unknown>)[name]);
  } else writeTag(value === undefined ? tag.absent : tag.nothing);
}

/** The value as one string; `unpackValue` in the same process gives it back equal. */
export function packValue(value: unknown): string {
  end = 0;
  write(value);
  return bytes.toString('latin1', 0, end);
}

let place = 0;

function readWhole(): number {
  let value = 0;
  for (let weight = 1; ; weight *= 0x80) {
    const byte = bytes[place++]!;
    value += (byte & 0x7f) * weight;
    if (byte < 0x80) return value;
  }
}

function read(): unknown {
  const kind = bytes[place++]!;
  if (kind >= small) return kind & ~small;
  switch (kind) {
    case tag.yes:
      return true;
    case tag.no:
      return false;
    case tag.whole:
      return readWhole();
    case tag.negative:
      return -readWhole();
    case tag.real:
      place += 8;
      return bytes.readDoubleLE(place - 8);
    case tag.knownText:
      return texts[readWhole()];
    case tag.text:
    case tag.wideText: {
      const length = readWhole() * (kind === tag.text ? 1 : 2);
      place += length;
      return bytes.toString(kind === tag.text ? 'latin1' : 'utf16le', place - length, place);
    }
    case tag.list: {
      const list: unknown[] = [];
      for (let left = readWhole(); left > 0; left -= 1) list.push(read());
      return list;
    }
    case tag.record: {
      const shape = readWhole();
      const names = shape === 0 ? (read() as string[]) : shapes[shape - 1]!;
      const record: Record<string, unknown> = {};
      for (const name of names) {
        if (name === '__proto__') Object.defineProperty(record, name, { value: read(), enumerable: true, configurable: true, writable: true });
        else record[name] = read();
      }
      return record;
    }
    case tag.absent:
      return undefined;
    default:
      return null;
  }
}

export function unpackValue(packed: string): unknown {
  end = 0;
  room(packed.length);
  bytes.write(packed, 0, 'latin1');
  place = 0;
  return read();
}
