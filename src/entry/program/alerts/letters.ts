/** Dead letters with what was in them: an outlet that keeps what it could not deliver, so that it can be sent again when its step is long gone. */
import { oneAtATime, SinkError, systemClock, type Clock, type Deliverable, type Item, type JsonValue, type Store } from '#contract';
import type { Outlet } from '../../../alerting/dispatch/attempt.ts';
import { mostDeadLetters } from '../../../alerting/dispatch/delivery-item.ts';

export interface Letter<Content extends Deliverable = Deliverable> {
  content: Content;
  code: string;
  /** Clock time of the first failure. */
  atMs: number;
}

interface Slot {
  key: string;
  version: string;
  name: string;
  atMs: number;
}

const itemVersion = 1;
/** An item holds 300,000 bytes; what is larger is a letter without content. */
const largestBytes = 280_000;
/** As `delivery-item.ts` cuts them. */
const longestId = 128;

const prefixOf = (outlet: string): string => `letter/${outlet}/`;

export function letterName({ id, revision }: Deliverable): string {
  return `${revision} ${id.slice(0, longestId)}`;
}

/**
 * The same outlet, which keeps what fails in the store: as many as a sink has dead letters, the newest. What is delivered
 * later goes. A store that fails costs a letter its content and nothing else.
 */
export function keepingLetters<Content extends Deliverable>(outlet: Outlet<Content>, store: Store, clock: Clock = systemClock): Outlet<Content> {
  let slots: Map<string, Slot> | undefined;
  /** Two that fail at once would find the same place free. */
  const turn = oneAtATime();

  async function load(): Promise<Map<string, Slot>> {
    const items = await store.items(prefixOf(outlet.name));
    return new Map(items.map((item) => [item.key, { key: item.key, version: item.version, name: nameIn(item), atMs: letterIn(item)?.atMs ?? 0 }]));
  }

  async function keep(content: Content, code: string): Promise<void> {
    slots ??= await load();
    const name = letterName(content);
    if ([...slots.values()].some((slot) => slot.name === name)) return;
    const value = { version: itemVersion, name, code, atMs: clock.now(), content } as unknown as JsonValue;
    if (Buffer.byteLength(JSON.stringify(value)) > largestBytes) return;
    const oldest = slots.size < mostDeadLetters ? undefined : [...slots.values()].reduce((left, right) => (right.atMs < left.atMs ? right : left));
    const key = oldest?.key ?? freeKey(slots, prefixOf(outlet.name));
    const version = await store.commit({ key, value, expected: oldest?.version });
    // Another process took the place: what is there is read anew, and the next failure finds room.
    if (version === undefined) slots = undefined;
    else slots.set(key, { key, version, name, atMs: clock.now() });
  }

  async function drop(content: Content): Promise<void> {
    const name = letterName(content);
    const slot = [...(slots?.values() ?? [])].find((one) => one.name === name);
    if (slot === undefined) return;
    slots!.delete(slot.key);
    await store.remove(slot.key, slot.version);
  }

  return {
    name: outlet.name,
    ...(outlet.concurrency === undefined ? {} : { concurrency: outlet.concurrency }),
    ...(outlet.close === undefined ? {} : { close: () => outlet.close!() }),
    async send(content) {
      try {
        await outlet.send(content);
      } catch (error) {
        await turn(() => keep(content, error instanceof SinkError ? error.code : 'internal')).catch(() => (slots = undefined));
        throw error;
      }
      await turn(() => drop(content)).catch(() => (slots = undefined));
    },
  };
}

function freeKey(slots: ReadonlyMap<string, Slot>, prefix: string): string {
  for (let number = 1; ; number += 1) {
    const key = `${prefix}${String(number).padStart(3, '0')}`;
    if (!slots.has(key)) return key;
  }
}

/** What is kept of an outlet, by `letterName`. */
export async function lettersOf(store: Store, outlet: string): Promise<Map<string, Letter & { key: string; version: string }>> {
  const items = await store.items(prefixOf(outlet));
  return new Map(
    items.flatMap((item) => {
      const letter = letterIn(item);
      return letter === undefined ? [] : [[nameIn(item), { ...letter, key: item.key, version: item.version }] as const];
    }),
  );
}

function nameIn({ value }: Item): string {
  return isObject(value) && typeof value['name'] === 'string' ? value['name'] : '';
}

function letterIn({ value }: Item): Letter | undefined {
  if (!isObject(value) || value['version'] !== itemVersion) return undefined;
  const { content, code, atMs } = value;
  if (!isObject(content) || typeof content['id'] !== 'string' || typeof content['revision'] !== 'number') return undefined;
  return { content: content as unknown as Deliverable, code: typeof code === 'string' ? code : 'unknown', atMs: typeof atMs === 'number' ? atMs : 0 };
}

function isObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
