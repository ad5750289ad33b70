/**
 * A series with its usual band as PNG, for mail, of which many programs show no SVG. Transparent where nothing is drawn, so
 * that it stands on light and on dark.
 * Format: W3C Portable Network Graphics (PNG) Specification, third edition (IHDR, PLTE, tRNS, IDAT, IEND; colour type 3).
 */
import { crc32, deflateSync } from 'node:zlib';
import type { Picture } from '#contract';
import { accent, alarm, scaleOf, type PictureSize } from './picture.ts';

/** Colours by their place in the palette, with their opacity; the accent and the alarm of the severities. */
const colour = { none: 0, band: 1, line: 2, outside: 3 } as const;
const palette = [0, 0, 0, ...rgb(accent), ...rgb(accent), ...rgb(alarm)];
const opacities = [0, 38, 255, 255];

/** Half of a line's thickness and a dot's radius; sizes are in drawn pixels, which a mail shows two to one. */
const pen = 1.6;
const dot = 4;

function rgb(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

/** The same picture gives the same bytes. */
export function picturePng(picture: Picture, { widthPx, heightPx }: PictureSize): Buffer {
  const { points, low, high } = picture;
  // A row begins with its filter, which is none.
  const rowBytes = widthPx + 1;
  const pixels = new Uint8Array(rowBytes * heightPx);
  const { x, y } = scaleOf(picture, { widthPx, heightPx }, dot + 1);
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
  return file(widthPx, heightPx, pixels);
}

function file(widthPx: number, heightPx: number, pixels: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  // Eight bits a pixel, each a place in the palette.
  header.set([8, 3], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette)),
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
