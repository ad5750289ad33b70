/** A walk that is watched: every observation it makes, of whom, in order; and detectors that find in every one of some. */
import { z } from 'zod';
import { quantities, seen } from '#baselines';
import {
  defineDetector, type AnySpec, type Detector, type Entity, type Evidence, type FargazerEvent, type Observation, type ObservationByKind, type ObservationKind,
} from '#contract';
import { joinPieces } from '../../src/decode/log/join-pieces.ts';
import { Walk } from '../../src/engine/run.ts';
import { engineSettings, type EngineSettings } from '../../src/engine/settings.ts';
import type { WalkState } from '../../src/engine/state.ts';

const observationKinds: readonly ObservationKind[] = ['log-kind', 'log-minute', 'metric-minute', 'network-minute', 'destination', 'dns-lookup', 'api-call', 'task-change', 'process', 'socket', 'file', 'connection'];

/** What of an observation tells it from others: the alert's object. */
function objectOf(observation: Observation): string {
  switch (observation.kind) {
    case 'log-kind':
      return observation.templateId;
    case 'log-minute':
      return `${observation.lines} lines`;
    case 'metric-minute':
      return `${observation.metric}=${observation.value}`;
    case 'network-minute':
      return 'sent';
    case 'destination':
      return `${observation.peer}:${observation.port}`;
    case 'dns-lookup':
      return observation.queryName;
    case 'api-call':
      return observation.activity.operation;
    case 'task-change':
      return observation.state.status;
    case 'process':
      return `${observation.activity.activity} ${observation.activity.program.path}`;
    case 'socket':
      return `${observation.activity.localPort}`;
    case 'file':
      return observation.activity.path;
    case 'connection':
      return `${observation.peerAddress}:${observation.port}`;
  }
}

function evidence(object: string, score: number, observed: number | string): Evidence {
  return { object, title: `found ${object}`, summary: `found ${object}`, observed, expected: 'nothing', unit: '', score, quiet: 'q', lookFirst: 'l' };
}

/** Finds whatever a set has not seen, and tells how much it has: an alert that depends on all that was learned before. */
function finder<Kind extends ObservationKind>(reads: Kind): Detector {
  type Observed = ObservationByKind[Kind];
  const size = (observation: Observed): number | undefined =>
    observation.kind === 'network-minute' ? observation.sentBytes : observation.kind === 'log-minute' ? observation.lines : observation.kind === 'metric-minute' ? observation.value : undefined;
  return defineDetector({
    id: `finds-${reads}`, title: 'finds', severity: 'low', attack: [], reads, scope: 'container', options: z.strictObject({}), judgesWhileLearning: true,
    baseline: { known: seen((observation: Observed) => objectOf(observation)) as AnySpec<Observed>, sizes: quantities(size) as AnySpec<Observed> },
    trace: { create: () => ({ count: 0 }), note: (trace: { count: number }) => void (trace.count += 1) },
    judge({ known, sizes }: { known: { history: { count: number } }; sizes: { history: { count: number } } }, observation: Observed, _options: unknown, { trace, deployment }: { trace: { count: number }; deployment?: { revision: string } }) {
      const observed = `${known.history.count} ${sizes.history.count} ${trace.count} ${deployment?.revision ?? ''}`;
      return evidence(objectOf(observation), 0.5 + 0.4 / (1 + trace.count), observed);
    },
  } as never) as unknown as Detector;
}

export const finders: readonly Detector[] = observationKinds.map((kind) => finder(kind));

/** Reads everything and finds nothing. */
const readers: readonly Detector[] = observationKinds.map(
  (reads) => defineDetector({ id: `reads-${reads}`, title: 'reads', severity: 'low', attack: [], reads, scope: 'container', options: z.strictObject({}), baseline: {}, judge: () => undefined }) as unknown as Detector,
);

export function walkOf(detectors: readonly Detector[], run: Partial<EngineSettings> = {}, state?: WalkState): Walk {
  return new Walk(engineSettings({ detectors: detectors.map((detector) => ({ detector, options: {} })), ...run }), joinPieces, state);
}

export interface Watched {
  entity: Entity;
  observation: Observation;
}

/** Walks events, whatever order they come in, and gives the observations in the order in which they were judged. */
export function observationsOf(events: readonly FargazerEvent[], run: Partial<EngineSettings> = {}): Watched[] {
  const watched: Watched[] = [];
  const walk = walkOf(readers, run);
  walk.judges.onJudged = ({ entity, observation }) => watched.push({ entity, observation });
  for (const event of events) walk.gate.take(structuredClone(event));
  walk.beginTeaching();
  walk.finish();
  return watched;
}

export function only<Kind extends ObservationKind>(watched: readonly Watched[], kind: Kind): (Watched & { observation: ObservationByKind[Kind] })[] {
  return watched.filter((one): one is Watched & { observation: ObservationByKind[Kind] } => one.observation.kind === kind);
}
