/** Stage route: which nodes of the tree of routes an alert goes to. */
import { decide } from './decide.ts';
import type { Arrival, Fold } from './fold.ts';

export function route({ routes, nowMs }: Fold, arrival: Arrival): void {
  const { record, others, ways } = arrival;
  for (const each of record === undefined ? others : [record, ...others]) {
    const matched = routes.match(each.labels);
    ways.push({ record: each, routes: matched });
    if (each.groups.length === 0) for (const { path, receiver } of matched) decide(each, nowMs, 'route', `to ${receiver}`, path);
  }
}
