/** The state of a sidecar in its folder; where that cannot be used it looks all the same, and learns anew in memory. */
import { FargazerError, type Store } from '#contract';
import { embeddedStore } from '../../../stores/embedded/index.ts';
import { memoryStore } from '../../../stores/memory/index.ts';
import { guestStore, inMemoryAlone, isFull, type GuestSettings } from './guest-store.ts';

/**
 * Runs `judge` with the state, and once more with none where that turns out to be damaged, whenever that is met; what
 * is damaged is left as it was. Throws where another sidecar works on it, or a newer version made it.
 */
export async function withGuestState(folder: string, settings: GuestSettings, judge: (store: Store) => Promise<void>): Promise<void> {
  try {
    await judge(guestState(folder, settings));
  } catch (error) {
    if (!(error instanceof FargazerError) || error.code !== 'state-damaged') throw error;
    settings.tell('silent', `${inMemoryAlone}: ${error.message}`);
    await judge(memoryStore());
  }
}

function guestState(folder: string, settings: GuestSettings): Store {
  try {
    return guestStore(embeddedStore(folder), settings);
  } catch (error) {
    if (!isFull(error)) throw error;
    settings.tell('silent', `${inMemoryAlone}: ${error.message}`);
    return memoryStore();
  }
}
