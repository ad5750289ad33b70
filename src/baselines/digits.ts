/** Whole numbers as text of one letter each while they are small: what deflate then packs to some bits each. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const values = new Map([...alphabet].map((letter, value) => [letter.charCodeAt(0), value]));
const base = 32;

/** Whole numbers of at least 0, least digits first, in base 32; the letters from `g` on say that more follows. */
export function packDigits(numbers: readonly number[]): string {
  let text = '';
  for (let number of numbers) {
    while (number >= base) {
      text += alphabet[base + (number % base)];
      number = Math.floor(number / base);
    }
    text += alphabet[number];
  }
  return text;
}

export function unpackDigits(text: string): number[] {
  const numbers: number[] = [];
  let number = 0;
  let weight = 1;
  for (let at = 0; at < text.length; at += 1) {
    const digit = values.get(text.charCodeAt(at)) ?? 0;
    number += (digit % base) * weight;
    weight *= base;
    if (digit >= base) continue;
    numbers.push(number);
    number = 0;
    weight = 1;
  }
  return numbers;
}
