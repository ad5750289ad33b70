/**
 * A series with its usual band as PNG, for mail and chats, of which many show no SVG. Transparent where nothing is drawn, so
 * that it stands on light and on dark, or on a ground of its own for services that make it a photograph.
 * Format: W3C Portable Network Graphics (PNG) Specification, third edition (IHDR, PLTE, tRNS, IDAT, IEND; colour type 3).
 */
import { crc32, deflateSync } from 'node:zlib';
import type { Picture } from '#contract';
import { scaleOf, type PictureSize } from './picture.ts';

/** Places in the palette. */
const colour = { none: 0, band: 1, line: 2, outside: 3 } as const;
/** What is beneath: nothing, or the dark of a chat at night, which dazzles nobody. */
export type Ground = 'none' | 'dark';

/** Of the band, between 0 and 255; a fifth. */
const bandOpacity = 51;
const dark = '#17212b';
/** Nearly the accent and the alarm of the severities, at contrast 3 or better on what is beneath: on both white and the dark of chats, or on our own. */
const inks: Readonly<Record<Ground, { line: string; outside: string }>> = { none: { line: '#2e86c8', outside: '#e0493f' }, dark: { line: '#6cb4ee', outside: '#ff7a70' } };

function paletteOf(ground: Ground): { colours: number[]; opacities: number[] } {
  const [line, outside] = [rgb(inks[ground].line), rgb(inks[ground].outside)];
  if (ground === 'none') return { colours: [0, 0, 0, ...line, ...line, ...outside], opacities: [0, bandOpacity, 255, 255] };
  const beneath = rgb(dark);
  const band = line.map((part, index) => Math.round(beneath[index]! + ((part - beneath[index]!) * bandOpacity) / 255));
  return { colours: [...beneath, ...band, ...line, ...outside], opacities: [255, 255, 255, 255] };
}

/** Half of a line's thickness and a dot's radius; sizes are in drawn pixels, which a mail shows two to one. */
const pen = 2;
const dot = 6;
/** A ground of its own has an edge, which nothing touches. */
const margins: Readonly<Record<Ground, number>> = { none: dot + 1, dark: 24 };

function rgb(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

/** The same picture gives the same bytes. */
export function picturePng(picture: Picture, { widthPx, heightPx }: PictureSize, ground: Ground = 'none'): Buffer {
  const { points, low, high } = picture;
  // A row begins with its filter, which is none.
  const rowBytes = widthPx + 1;
  const pixels = new Uint8Array(rowBytes * heightPx);
  const { x, y } = scaleOf(picture, { widthPx, heightPx }, margins[ground]);
  const disc = (atX: number, atY: number, radius: number, ink: number): void => {
    for (let row = Math.max(0, Math.ceil(atY - radius)); row <= Math.min(heightPx - 1, atY + radius); row += 1) {
      const half = Math.sqrt(Math.max(0, radius ** 2 - (row - atY) ** 2));
      const from = Math.max(0, Math.ceil(atX - half));
      const to = Math.min(widthPx - 1, Math.floor(atX + half));
      if (from <= to) pixels.fill(ink, row * rowBytes + 1 + from, row * rowBytes + 2 + to);
    }
  };
  if (high !== null) {
    const [top, bottom] = [Math.max(0, Math.round(y(high))), Math.min(heightPx, Math.round(low === null ? heightPx : y(low)) + 1)];
    for (let row = top; row < bottom; row += 1) pixels.fill(colour.band, row * rowBytes + 1, (row + 1) * rowBytes);
  }
  for (const [index, point] of points.entries()) {
    if (point === null) continue;
    // A value that stands alone is a point.
    const before = points[index - 1] ?? null;
    const [fromX, fromY] = before === null ? [x(index), y(point)] : [x(index - 1), y(before)];
    const [acrossX, acrossY] = [x(index) - fromX, y(point) - fromY];
    const steps = Math.max(1, Math.ceil(Math.hypot(acrossX, acrossY)));
    for (let step = 0; step <= steps; step += 1) disc(fromX + (acrossX * step) / steps, fromY + (acrossY * step) / steps, pen, colour.line);
  }
  for (const [index, point] of points.entries()) {
    if (point !== null && ((high !== null && point > high) || (low !== null && point < low))) disc(x(index), y(point), dot, colour.outside);
  }
  return file(widthPx, heightPx, pixels, ground);
}

function file(widthPx: number, heightPx: number, pixels: Uint8Array, ground: Ground): Buffer {
  const { colours, opacities } = paletteOf(ground);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  // Eight bits a pixel, each a place in the palette.
  header.set([8, 3], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(colours)),
    chunk('tRNS', Buffer.from(opacities)),
    chunk('IDAT', deflateSync(pixels, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
