/** The engine as every command sets it up: detectors and options of the configuration, joined lines, a state or none. */
import { baselineKinds } from '#baselines';
import type { LogRecord, Store } from '#contract';
import { allowanceCheck, type Config } from '../../config/index.ts';
import { joinPieces } from '../../decode/log/join-pieces.ts';
import { loadWalk } from '../../engine/checkpoint.ts';
import type { AnyKind } from '../../engine/parts.ts';
import { Walk } from '../../engine/run.ts';
import { engineSettings, type EnabledDetector, type EngineSettings } from '../../engine/settings.ts';
import { detectors } from '../../../detectors/index.ts';

export const kindsByName: ReadonlyMap<string, AnyKind> = new Map(
  Object.entries(baselineKinds as unknown as Record<string, AnyKind>),
);

export function enabledDetectors(config: Config): EnabledDetector[] {
  const enabled: EnabledDetector[] = [];
  for (const detector of detectors) {
    const settings = config.detectors.get(detector.id);
    if (settings === undefined || !settings.isEnabled) continue;
    enabled.push({ detector, options: settings.options, ...(settings.severity === undefined ? {} : { severity: settings.severity }) });
  }
  return enabled;
}

/** A walk that goes on from a state where there is one. */
export function openWalk(
  config: Config,
  run: Pick<EngineSettings, 'teaching'> & { fromMs?: number; toMs?: number },
  saved?: { store: Store; where: string },
): Walk {
  const isAllowed = allowanceCheck(config.allow);
  const loaded = saved === undefined ? undefined : loadWalk(saved.store, saved.where, kindsByName);
  const settings = engineSettings({
    ...run,
    detectors: enabledDetectors(config),
    lateness: loaded?.lateness ?? config.latenessMs,
    isAllowed: (entity, kind, value) => isAllowed(kind, value, entity.owner.name),
  });
  const walk = new Walk(settings, (pieces: readonly LogRecord[]) => joinPieces(pieces), loaded?.state);
  loaded?.restore(walk);
  return walk;
}
