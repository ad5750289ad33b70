/** Stage silence: what somebody does not want to hear of for a while. */
import { createHash } from 'node:crypto';
import { labelTest, matcherText, valueTest, type Labels, type Matcher, type Silence } from '#contract';
import { decide } from './decide.ts';
import type { Draft, Fold } from './fold.ts';
import type { State } from './state.ts';

/** Who wants more has another reason, which deserves another silence. */
const longestMs = 366 * 24 * 3_600_000;
/** Silences that are over are shown for so long. */
const keptMs = 24 * 3_600_000;

export class Silencer {
  readonly #silences: State['silences'];
  readonly #tests = new Map<string, (labels: Labels) => boolean>();

  constructor(silences: State['silences']) {
    this.#silences = silences;
  }

  /** The first silence that holds now. */
  mutes(labels: Labels, nowMs: number): Silence | undefined {
    for (const silence of this.#silences.values()) {
      if (silence.startsMs > nowMs || silence.endsMs <= nowMs) continue;
      let test = this.#tests.get(silence.id);
      if (test === undefined) this.#tests.set(silence.id, (test = labelTest(silence.matchers)));
      if (test(labels)) return silence;
    }
    return undefined;
  }

  /** Those that were over a day ago go. */
  forgetOver(nowMs: number): void {
    for (const { id, endsMs } of this.#silences.values()) {
      if (endsMs + keptMs > nowMs) continue;
      this.#silences.delete(id);
      this.#tests.delete(id);
    }
  }
}

export function silence({ silencer, nowMs }: Fold, draft: Draft): void {
  draft.alerts = draft.alerts.filter((record) => {
    const by = silencer.mutes(record.labels, nowMs);
    if (by !== undefined) decide(record, nowMs, 'silence', 'silenced', `${by.id}: ${by.author}, ${by.reason}`);
    return by === undefined;
  });
}

/** A silence as somebody asks for it; `endsMs` is mandatory all the same. */
export interface SilenceRequest {
  matchers: readonly Matcher[];
  author: string;
  reason: string;
  startsMs: number;
  endsMs: number | undefined;
}

/** A silence with its id (the same request is the same silence), or what is wrong with it as a sentence. */
export function newSilence({ matchers, author, reason, startsMs, endsMs }: SilenceRequest): Silence | { fault: string } {
  if (endsMs === undefined || !Number.isFinite(endsMs)) return { fault: 'A silence has an end: say until when, or for how long.' };
  if (!Number.isFinite(startsMs) || endsMs <= startsMs) return { fault: 'A silence ends after it starts.' };
  if (endsMs - startsMs > longestMs) return { fault: 'A silence lasts a year at most; what is never wanted is better left out of the routes.' };
  if (author.trim() === '') return { fault: 'A silence has an author, whom others can ask.' };
  if (reason.trim() === '') return { fault: 'A silence has a reason, for those who wonder why nothing came.' };
  if (matchers.length === 0) return { fault: 'A silence has at least one matcher, such as service="checkout".' };
  if (matchers.length > 20) return { fault: 'A silence has at most 20 matchers.' };
  if (matchers.every((matcher) => valueTest(matcher)(''))) return { fault: 'One matcher of a silence must not match the empty text, else it silences everything.' };
  const kept = { matchers: matchers.map((matcher) => ({ ...matcher })), author: author.slice(0, 200), reason: reason.slice(0, 1_000), startsMs, endsMs };
  const id = createHash('sha256').update(JSON.stringify([kept.matchers.map(matcherText), kept.author, kept.reason, startsMs, endsMs])).digest('hex').slice(0, 16);
  return { id, ...kept };
}
