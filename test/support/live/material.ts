/** A generated recording as lanes with ticks give it, and what a replay of it finds. */
import { flowFields } from '#contract';
import { parcelsOf } from '../../../scripts/live/parcels.ts';
import { timed } from '../../../scripts/live/story.ts';
import { recording } from './recording.ts';
import type { ScriptedBatch } from './scripted-source.ts';
import { baselines, lastOfEach, replayed } from './whole.ts';

export const learnForMs = 10 * 60_000;

export interface Material {
  /** One parcel or tick a batch. */
  lanes: Record<string, ScriptedBatch[]>;
  /** What a replay finds up to the last tick. */
  alerts: unknown[];
  baselines: unknown;
}

export function material(seed: number, count = 300, minutes = 40, laneNames: readonly string[] = ['one', 'two']): Material {
  const records = timed(recording(seed, count, minutes).map(({ text }) => text), flowFields.split(' '));
  const parcels = parcelsOf(records, { seed, tickEveryMs: 60_000, linesAtMost: 4, delay: 0.8 });
  const lanes: Record<string, ScriptedBatch[]> = Object.fromEntries(laneNames.map((name) => [name, []]));
  for (const { content, share } of parcels) {
    const to = share === undefined ? laneNames : [laneNames[Math.floor(share * laneNames.length)]!];
    for (const name of to) lanes[name]!.push({ records: [{ content }] });
  }
  const walk = replayed(records, parcels.at(-1)?.tickMs ?? 0, learnForMs);
  return { lanes, alerts: lastOfEach(walk.state.episodes.alerts(-Infinity, true)), baselines: baselines(walk) };
}
