/** The engine as every command sets it up: detectors and options of the configuration, joined lines, a state or none. */
import { baselineKinds } from '#baselines';
import type { LogRecord, Store } from '#contract';
import { allowanceCheck } from '../../config/allowance.ts';
import type { Config } from '../../config/check.ts';
import { joinPieces } from '../../decode/log/join-pieces.ts';
import { Checkpoint } from '../../engine/checkpoint.ts';
import type { AnyKind } from '../../engine/parts.ts';
import type { Lateness } from '../../engine/order.ts';
import { Walk } from '../../engine/run.ts';
import { engineSettings, type EnabledDetector, type EngineSettings } from '../../engine/settings.ts';
import type { WalkState } from '../../engine/state.ts';
import { detectors } from '../../../detectors/index.ts';

export const kindsByName: ReadonlyMap<string, AnyKind> = new Map(
  Object.entries(baselineKinds as unknown as Record<string, AnyKind>),
);

export function enabledDetectors(config: Config): EnabledDetector[] {
  const enabled: EnabledDetector[] = [];
  for (const detector of detectors) {
    const settings = config.detectors.get(detector.id) ?? { isEnabled: true, options: detector.options.parse({}) };
    if (!settings.isEnabled) continue;
    enabled.push({ detector, options: settings.options, ...(settings.severity === undefined ? {} : { severity: settings.severity }) });
  }
  return enabled;
}

export type RunSettings = Pick<EngineSettings, 'teaching'> & Partial<Pick<EngineSettings, 'fromMs' | 'toMs' | 'tape'>>;

/** Makes the walk of a run; what it is made of (detectors, allowances) is settled before. */
export type MakeWalk = (run: RunSettings, state?: WalkState, lateness?: Lateness) => Walk;

export function walkOf(config: Config, run: RunSettings, state?: WalkState, lateness?: Lateness): Walk {
  const isAllowed = allowanceCheck(config.allow);
  const settings = engineSettings({
    ...run,
    detectors: enabledDetectors(config),
    lateness: lateness ?? config.latenessMs,
    isAllowed: (entity, kind, value) => isAllowed(kind, value, entity.owner.name),
  });
  return new Walk(settings, (pieces: readonly LogRecord[]) => joinPieces(pieces), state);
}

/** A walk that goes on from a state, with all of its owners in memory. */
export async function openWalk(config: Config, run: RunSettings, store: Store): Promise<{ walk: Walk; checkpoint: Checkpoint }> {
  const checkpoint = await Checkpoint.open(store, kindsByName);
  await checkpoint.fetchAll();
  const state = await checkpoint.state();
  checkpoint.loadAll(state);
  const walk = walkOf(config, run, state, checkpoint.lateness);
  await checkpoint.restore(walk, true);
  return { walk, checkpoint };
}
