/**
 * Leases: of many who could do the same work at once one does it. Nothing becomes wrong where two do, it only costs
 * twice: what they write is conditional. A lease ends by the clock, so one whose holder died is free again.
 */
import { randomUUID } from 'node:crypto';
import type { Clock, Item, JsonValue, Store } from '#contract';

export interface LeaseSettings {
  store: Store;
  clock: Clock;
  /** Of the work: its item is `lease/NAME`. */
  name: string;
  /** How long it holds unless it is renewed: so long the work rests where its holder dies. */
  forMs: number;
  /** False where the time left is short: then the work is not begun once more for those who came meanwhile. */
  hasTime: () => boolean;
}

export interface Lease {
  /** Holds for the whole time again; false where somebody else has it by now. */
  renew(): Promise<boolean>;
}

interface Held {
  holder: string;
  untilMs: number;
  /** Somebody came while it was held, perhaps after the holder had looked for work: the holder looks once more. */
  isAsked: boolean;
}

/** Others who write the same item at once, in a row; beyond it somebody of them surely has it. */
const mostRaces = 20;

export function leaseKey(name: string): string {
  return `lease/${name}`;
}

/** Does the work while nobody else does, and once more for each who came meanwhile; `held` where somebody else does it. */
export async function whileLeased(settings: LeaseSettings, work: (lease: Lease) => Promise<void>): Promise<'worked' | 'held'> {
  const { store, clock, name, forMs, hasTime } = settings;
  const key = leaseKey(name);
  const holder = randomUUID();
  const write = (held: Held, expected: string | undefined): Promise<string | undefined> => store.commit({ key, value: held as unknown as JsonValue, expected });
  const take = (expected: string | undefined): Promise<string | undefined> => write({ holder, untilMs: clock.now() + forMs, isAsked: false }, expected);

  let version = await acquire(settings, take, write);
  if (version === undefined) return 'held';

  /** Takes it again after somebody asked; undefined where it is another's. */
  const retake = async (): Promise<string | undefined> => {
    for (let race = 0; race < mostRaces; race += 1) {
      const item = await store.item(key);
      if (item === undefined || heldBy(item)?.holder !== holder) return undefined;
      const taken = await take(item.version);
      if (taken !== undefined) return taken;
    }
    return undefined;
  };
  const release = (): Promise<string | undefined> => write({ holder, untilMs: 0, isAsked: false }, version);
  const lease: Lease = {
    async renew() {
      version = (await take(version)) ?? (await retake());
      return version !== undefined;
    },
  };

  for (;;) {
    try {
      await work(lease);
    } catch (error) {
      // What failed is free for others at once; where that fails as well, after its time.
      await release().catch(() => undefined);
      throw error;
    }
    if (version === undefined || (await release()) !== undefined) return 'worked';
    version = await retake();
    if (version === undefined) return 'worked';
    if (hasTime()) continue;
    await release();
    return 'worked';
  }
}

/** The version of one's own item; undefined where somebody else holds it, who then knows that he was asked. */
async function acquire(
  { store, clock, name, forMs }: LeaseSettings,
  take: (expected: string | undefined) => Promise<string | undefined>,
  write: (held: Held, expected: string | undefined) => Promise<string | undefined>,
): Promise<string | undefined> {
  for (let race = 0; race < mostRaces; race += 1) {
    const item = await store.item(leaseKey(name));
    const held = item === undefined ? undefined : heldBy(item);
    const leftMs = held === undefined ? 0 : held.untilMs - clock.now();
    // A clock that ran ahead must not hold it for hours.
    if (held !== undefined && leftMs > 0 && leftMs <= 2 * forMs) {
      if (held.isAsked || (await write({ ...held, isAsked: true }, item?.version)) !== undefined) return undefined;
      continue;
    }
    const version = await take(item?.version);
    if (version !== undefined) return version;
  }
  return undefined;
}

/** Undefined where the item is none of ours: then it is free. */
function heldBy({ value }: Item): Held | undefined {
  const { holder, untilMs, isAsked } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<keyof Held, unknown>>;
  return typeof holder === 'string' && typeof untilMs === 'number' ? { holder, untilMs, isAsked: isAsked === true } : undefined;
}
