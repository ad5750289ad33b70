/** What a receiver or poller says of its own coverage, as lines that the decoder `fargazer-events` reads. */
import { publishedLine, type Clock, type CoverageEvent, type FeedName, type Subject } from '#contract';
import type { KnownTask } from './line.ts';

export interface CoverageTeller {
  /** One line without its newline. */
  tell(state: CoverageEvent['state'], detail: string, count?: number): string;
}

/** `of` begins the ids, which are this start's own: a task that is started anew tells nothing under an id of before. */
export function coverageTeller(of: string, feed: FeedName, clock: Clock, task: () => KnownTask | undefined = () => undefined): CoverageTeller {
  const startMs = clock.now();
  let told = 0;
  return {
    tell(state, detail, count = 1) {
      told += 1;
      return publishedLine({ kind: 'coverage', feed, timeMs: Math.floor(clock.now()), id: `${of}-${startMs}-${told}`, count, subject: subjectOf(task()), state, detail });
    },
  };
}

/** `arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/TASK`. */
function subjectOf(task: KnownTask | undefined): Subject {
  if (task === undefined) return {};
  const [, , , region = '', account = '', resource = ''] = task.arn.split(':');
  const names: Subject = { account, region, cluster: task.cluster.split('/').at(-1) ?? '', family: task.family, revision: task.revision, task: resource.split('/').at(-1) ?? '' };
  return Object.fromEntries(Object.entries(names).filter(([, name]) => name !== '')) as Subject;
}
