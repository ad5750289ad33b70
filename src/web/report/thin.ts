/** Fewer points for a chart, so that what stands out still does. */
import type { ChartPoint } from '#contract';

/**
 * At most `limit` points. Neighbours are joined: the range spans all of them,
 * the band is that of the one which lies farthest outside its own, so that no excess disappears into a wider band.
 */
export function thin(points: readonly ChartPoint[], limit: number): ChartPoint[] {
  const size = Math.max(1, Math.ceil(points.length / Math.max(1, limit)));
  if (size === 1) return [...points];
  const joined: ChartPoint[] = [];
  for (let start = 0; start < points.length; start += size) {
    const group = points.slice(start, start + size);
    const [first] = group;
    if (first === undefined) break;
    const outermost = group.reduce((most, point) => (excess(point) > excess(most) ? point : most), first);
    joined.push({
      timeMs: outermost.timeMs,
      minimum: Math.min(...group.map(({ minimum }) => minimum)),
      maximum: Math.max(...group.map(({ maximum }) => maximum)),
      low: outermost.low,
      high: outermost.high,
    });
  }
  return joined;
}

function excess({ minimum, maximum, low, high }: ChartPoint): number {
  return Math.max(high === null ? 0 : maximum - high, low === null ? 0 : low - minimum, 0);
}
