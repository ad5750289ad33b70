/** A store that is down, full, denied, gone, slow or hanging for as long as it is told to. */
import { FargazerError, type Store } from '#contract';

export interface MoodyStore extends Store {
  mood: 'well' | 'down' | 'full' | 'denied' | 'gone' | 'hanging';
  /** How long a commit takes when it is well, milliseconds of the real clock. */
  commitMs: number;
  /** Commits that are under way. */
  readonly committing: number;
  readonly tries: number;
  readonly commits: number;
}

export function moodyStore(store: Store): MoodyStore {
  let committing = 0;
  let tries = 0;
  let commits = 0;
  const moody: MoodyStore = {
    ...store,
    mood: 'well',
    commitMs: 0,
    get committing() {
      return committing;
    },
    get tries() {
      return tries;
    },
    get commits() {
      return commits;
    },
    async commit(step) {
      tries += 1;
      committing += 1;
      try {
        if (moody.commitMs > 0) await new Promise((resolve) => setTimeout(resolve, moody.commitMs));
        if (moody.mood === 'hanging') await new Promise(() => undefined);
        if (moody.mood === 'down') throw new FargazerError('store-failed', 'the store: it did not answer. Nothing is lost; it is tried again.');
        if (moody.mood === 'denied') throw new FargazerError('store-denied', 'the store: it may not be written. Give the permission back.');
        if (moody.mood === 'gone') throw new FargazerError('store-gone', 'the store: there is none any more. Nothing was written.');
        if (moody.mood === 'full') throw new FargazerError('state-write-failed', 'the store: the disk is full. Free it.');
        const version = await store.commit(step);
        commits += 1;
        return version;
      } finally {
        committing -= 1;
      }
    },
  };
  return moody;
}
