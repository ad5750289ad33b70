/** A map of mostly one or two entries: a list as long as they are few, and only then a map, which takes five times the room. */

/** A list of so many is searched as fast as a map. */
const listLimit = 16;

export class Few<Value> {
  /** Keys and values in turn. */
  #list: (string | Value)[] | undefined;
  #map: Map<string, Value> | undefined;

  constructor(key: string, value: Value) {
    this.#list = [key, value];
  }

  static from<Value>(entries: Iterable<readonly [string, Value]>): Few<Value> | undefined {
    let few: Few<Value> | undefined;
    for (const [key, value] of entries) few = put(few, key, value);
    return few;
  }

  get size(): number {
    return this.#map?.size ?? this.#list!.length / 2;
  }

  get(key: string): Value | undefined {
    if (this.#map !== undefined) return this.#map.get(key);
    const list = this.#list!;
    for (let at = 0; at < list.length; at += 2) if (list[at] === key) return list[at + 1] as Value;
    return undefined;
  }

  set(key: string, value: Value): void {
    const list = this.#list;
    if (list === undefined) {
      this.#map!.set(key, value);
      return;
    }
    for (let at = 0; at < list.length; at += 2) {
      if (list[at] !== key) continue;
      list[at + 1] = value;
      return;
    }
    if (list.length < 2 * listLimit) {
      // A list made anew has no room to spare.
      this.#list = [...list, key, value];
      return;
    }
    this.#map = new Map(this).set(key, value);
    this.#list = undefined;
  }

  /** Entries in the order in which their keys came. */
  *[Symbol.iterator](): Generator<[string, Value]> {
    if (this.#map !== undefined) yield* this.#map;
    else for (let at = 0; at < this.#list!.length; at += 2) yield [this.#list![at] as string, this.#list![at + 1] as Value];
  }

  /** As iteration does, at the speed of a loop. */
  each(told: (value: Value, key: string) => void): void {
    if (this.#map !== undefined) this.#map.forEach(told);
    else for (let list = this.#list!, at = 0; at < list.length; at += 2) told(list[at + 1] as Value, list[at] as string);
  }

  *values(): Generator<Value> {
    for (const [, value] of this) yield value;
  }
}

/** Sets a value, making the map with the first. */
export function put<Value>(few: Few<Value> | undefined, key: string, value: Value): Few<Value> {
  if (few === undefined) return new Few(key, value);
  few.set(key, value);
  return few;
}
