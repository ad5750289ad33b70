/** Inspect: what was recognised, what was not and why, which entities, and which detectors will have what they need. */
import { defaultConfig } from '../../config/index.ts';
import type { Plugins } from '../../config/schema.ts';
import type { InspectOutcome, ReadSettings } from '../cli/program.ts';
import { walkOf } from './engine.ts';
import { neededFor, outcomeOf } from './outcome.ts';
import { Recorder } from '../../engine/record.ts';
import { readAll } from './read.ts';

export async function inspect(settings: ReadSettings, plugins: Plugins): Promise<InspectOutcome> {
  // Everything teaches and nothing is judged: only whether a detector is read by anything matters here.
  const walk = walkOf(defaultConfig(plugins), { teaching: { only: true } });
  const fed = new Set<string>();
  walk.judges.onJudged = ({ detector }) => fed.add(detector);
  const { reading, isInterrupted, failure } = await readAll(settings, walk.gate);
  walk.beginTeaching();
  walk.finish();
  const { entities, span } = outcomeOf({ walk, reading, recorder: new Recorder(), isRawKept: false, isInterrupted, command: '', incidentOf: () => undefined });
  walk.tape.close();
  return {
    reading,
    entities,
    ...(span === undefined ? {} : { span }),
    detectors: walk.settings.detectors.map(({ detector: { id, title, reads } }) => ({
      id,
      title,
      isFed: fed.has(id),
      ...(fed.has(id) ? {} : { missing: neededFor[reads] ?? reads }),
    })),
    isInterrupted,
    ...(failure === undefined ? {} : { failure }),
  };
}
