/** Records of a run in the order in which a stream gets them: each up to most of its lateness after its time. */
import { flowFields } from '#contract';
import { timed } from '../../../scripts/live/story.ts';
import { numbers, recording } from '../live/recording.ts';

export interface Arriving {
  arrivalMs: number;
  text: string;
}

/** Of its lateness, so that nothing is late. */
const longestDelay = 0.8;

export function arriving(seed: number, count: number, minutes: number): Arriving[] {
  const next = numbers(seed + 1);
  return timed(recording(seed, count, minutes).map(({ text }) => text), flowFields.split(' '))
    .map(({ timeMs, latenessMs, text }) => ({ arrivalMs: timeMs + Math.floor((latenessMs * longestDelay * next(1_000)) / 1_000), text }))
    .sort((left, right) => left.arrivalMs - right.arrivalMs || (left.text < right.text ? -1 : 1));
}
