/** Names of lanes: unique among the lanes of all sources of a run. */
import type { JsonValue } from '#contract';

/** Sources name their lanes as they like; here their names stand before them. */
export function laneName(source: string, lane: string): string {
  return `${source}\u0001${lane}`;
}

/** Of the positions of all lanes those of one source, by the names that it knows. */
export function positionsOf(source: string, positions: ReadonlyMap<string, JsonValue>): Map<string, JsonValue> {
  const prefix = laneName(source, '');
  return new Map([...positions].filter(([name]) => name.startsWith(prefix)).map(([name, position]) => [name.slice(prefix.length), position]));
}
