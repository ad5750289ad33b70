/** A series with its usual band as a picture: blocks of text for chats, SVG for mail and pages. */
import type { Picture } from '#contract';

const blocks = '▁▂▃▄▅▆▇█';

/** A block a value, a blank-like dot where it is unknown; the lowest block is the lowest of the values and the band. Its caption behind it. Empty without values. */
export function sparkline({ points, low, high, caption }: Picture): string {
  const known = points.filter((point) => point !== null);
  if (known.length === 0) return '';
  const least = Math.min(...known, low ?? Infinity);
  const span = Math.max(...known, high ?? -Infinity) - least;
  const drawn = points.map((point) => (point === null ? '·' : blocks.charAt(span === 0 ? 3 : Math.min(7, Math.floor(((point - least) / span) * 8))))).join('');
  return caption === undefined ? drawn : `${drawn} ${caption}`;
}

export interface PictureSize {
  widthPx: number;
  heightPx: number;
}

/** Room for a line's thickness and a point's half. */
const svgMarginPx = 3;
const accent = '#0072b2';
const alarm = '#b3261e';

/** Where a value stands, in pixels from the upper left; from zero or the lowest value up to the highest, with the band. */
export function scaleOf({ points, low, high }: Picture, { widthPx, heightPx }: PictureSize, marginPx: number): { x(index: number): number; y(value: number): number } {
  const known = points.filter((point) => point !== null);
  const least = Math.min(...known, low ?? Infinity, 0);
  const most = Math.max(...known, high ?? -Infinity, least + Number.EPSILON);
  return {
    x: (index) => marginPx + (index / Math.max(1, points.length - 1)) * (widthPx - 2 * marginPx),
    y: (value) => heightPx - marginPx - ((value - least) / (most - least)) * (heightPx - 2 * marginPx),
  };
}

/** The band in the accent at 15 %, the series over it, its points outside of the band as dots. Holds numbers only, no text. */
export function pictureSvg(picture: Picture, { widthPx, heightPx }: PictureSize): string {
  const { points, low, high } = picture;
  const scale = scaleOf(picture, { widthPx, heightPx }, svgMarginPx);
  const x = (index: number): string => near(scale.x(index));
  const y = (value: number): string => near(scale.y(value));
  const band =
    high === null ? '' : `<rect x="0" y="${y(high)}" width="${widthPx}" height="${near(Number(y(low ?? Math.min(0, ...points.filter((point) => point !== null)))) - Number(y(high)))}" fill="${accent}" fill-opacity="0.15"/>`;
  const outside = points.flatMap((point, index) =>
    point !== null && ((high !== null && point > high) || (low !== null && point < low)) ? [`<circle cx="${x(index)}" cy="${y(point)}" r="2.5" fill="${alarm}"/>`] : [],
  );
  const start = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}" role="img">`;
  return `${start}${band}${lines(points, x, y)}${outside.join('')}</svg>`;
}

/** One path; gaps where values are unknown, and a dot's length for a value that stands alone. */
function lines(points: Picture['points'], x: (index: number) => string, y: (value: number) => string): string {
  const steps = points.flatMap((point, index) => {
    if (point === null) return [];
    const before = points[index - 1];
    const isStart = before === undefined || before === null;
    return [`${isStart ? 'M' : 'L'}${x(index)} ${y(point)}${isStart ? 'h0.01' : ''}`];
  });
  return steps.length === 0 ? '' : `<path d="${steps.join('')}" fill="none" stroke="${accent}" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>`;
}

function near(value: number): string {
  return String(Math.round(value * 100) / 100);
}
