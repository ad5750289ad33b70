/** Who should have logged in a minute and did not: told apart from tasks that ended and from a feed that broke. */
import type { FeedName } from '#contract';
import type { Facts } from './facts.ts';
import { minuteLengthMs } from './order.ts';
import type { Instance, OwnerRecord } from './owners.ts';

/** After an hour without a line nobody is surprised any more. */
const watchMinutes = 60;

/** Feeds whose silence can be judged. */
export const logFeeds: ReadonlySet<FeedName> = new Set(['firelens', 'log']);

export class Silence {
  readonly #watched = new Map<FeedName, Set<Instance>>();

  note(feed: FeedName, instance: Instance): void {
    if (!logFeeds.has(feed)) return;
    let watched = this.#watched.get(feed);
    if (watched === undefined) {
      watched = new Set();
      this.#watched.set(feed, watched);
    }
    watched.add(instance);
  }

  /** Whoever is watched, for a state. */
  *watched(): Generator<{ feed: FeedName; instance: Instance }> {
    for (const [feed, instances] of this.#watched) for (const instance of instances) yield { feed, instance };
  }

  isWatched(feed: FeedName, minute: number): boolean {
    const watched = this.#watched.get(feed);
    if (watched === undefined) return false;
    for (const instance of watched) if (minute - (instance.lastMinutes[feed] ?? 0) <= watchMinutes) return true;
    return false;
  }

  /**
   * Instances without a line in this minute whose task is known to live. Empty where the feed brought
   * nothing of anybody in that minute: then it is the feed that is silent.
   */
  silentIn(feed: FeedName, minute: number, heard: ReadonlySet<Instance>, facts: Facts): Instance[] {
    const watched = this.#watched.get(feed);
    if (watched === undefined || heard.size === 0) return [];
    const silent: Instance[] = [];
    const latest = new Map<OwnerRecord, Map<string, Instance>>();
    for (const instance of watched) {
      if (minute - (instance.lastMinutes[feed] ?? 0) > watchMinutes) watched.delete(instance);
      else if (!heard.has(instance) && isAlive(instance, minute, feed, facts, latest)) silent.push(instance);
    }
    return silent;
  }
}

/** `latest`: by owner and container who was heard last, found once in a minute. */
function isAlive(instance: Instance, minute: number, feed: FeedName, facts: Facts, latest: Map<OwnerRecord, Map<string, Instance>>): boolean {
  const task = facts.tasks.get(instance.id);
  if (task !== undefined) {
    if (task.stoppedMs !== undefined || task.stopWantedMs !== undefined) return false;
    if (task.startedMs !== undefined || task.lastSeenMs >= minute * minuteLengthMs) return true;
  }
  // Nothing else tells of the task: only a service all of whose tasks fell silent is worth a question, and one question.
  let ofOwner = latest.get(instance.owner);
  if (ofOwner === undefined) {
    ofOwner = latestIn(instance.owner, feed);
    latest.set(instance.owner, ofOwner);
  }
  const last = ofOwner.get(instance.container);
  return last === instance && (last.lastMinutes[feed] ?? -Infinity) < minute;
}

/** By container who was heard last of a feed; of several the one with the greatest id. */
function latestIn({ instances }: OwnerRecord, feed: FeedName): Map<string, Instance> {
  const latest = new Map<string, Instance>();
  for (const instance of instances.values()) {
    const known = latest.get(instance.container);
    const [own, theirs] = [instance.lastMinutes[feed] ?? -Infinity, known?.lastMinutes[feed] ?? -Infinity];
    if (known === undefined || own > theirs || (own === theirs && instance.id > known.id)) latest.set(instance.container, instance);
  }
  return latest;
}
