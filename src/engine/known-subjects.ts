/** Subjects attributed before: their next lines and points go the same way while nothing has changed that attribution hangs on. */
import type { FargazerEvent, FeedName, Subject } from '#contract';
import type { Attribution } from './attribute.ts';
import type { TaskFacts } from './facts.ts';
import { instanceMemoryMs, type Instance } from './owners.ts';
import type { WalkState } from './state.ts';

/** Whose a subject's records of one feed are. */
export interface Whose {
  instance: Instance;
  task: TaskFacts | undefined;
  revision: string | undefined;
  isUnattributed: boolean;
  /** Of the facts when it was attributed. */
  epoch: number;
  /** The one minute in which it holds, where an address had to be looked up at a time; -1 where it holds in all. */
  minute: number;
}

export class KnownSubjects {
  /** By feed: a service named by a slower feed is not used yet. Held weakly, as decoders let go of tasks and pages of their subjects. */
  readonly #feeds = new Map<FeedName, WeakMap<Subject, Whose>>();
  /** Of the owners while all of this was attributed; from any other on none of it holds. */
  #epoch = -1;

  /** Undefined where it has to be attributed anew. */
  get({ feed, subject, timeMs }: FargazerEvent, { facts, owners }: WalkState, minute: number): Whose | undefined {
    if (this.#epoch !== owners.epoch) return undefined;
    const whose = this.#feeds.get(feed)?.get(subject);
    if (whose === undefined || whose.epoch !== facts.epoch || (whose.minute >= 0 && whose.minute !== minute)) return undefined;
    // Unseen for so long it is another one, of which the owners have to be asked.
    return timeMs - whose.instance.lastSeenMs > instanceMemoryMs ? undefined : whose;
  }

  note({ feed, subject }: FargazerEvent, { revision, isUnattributed }: Attribution, instance: Instance, { facts, owners }: WalkState, minute: number): void {
    if (this.#epoch !== owners.epoch) {
      this.#epoch = owners.epoch;
      this.#feeds.clear();
    }
    const hangsOnTime = subject.task === undefined && (subject.networkInterface !== undefined || subject.address !== undefined);
    let ofFeed = this.#feeds.get(feed);
    if (ofFeed === undefined) this.#feeds.set(feed, (ofFeed = new WeakMap()));
    ofFeed.set(subject, {
      instance,
      task: subject.task === undefined ? undefined : facts.tasks.get(subject.task),
      revision,
      isUnattributed,
      epoch: facts.epoch,
      minute: hangsOnTime ? minute : -1,
    });
  }
}
